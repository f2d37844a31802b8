/**
 * Compute engine {@code kubeflow-trainjob}: each attempt's worker is a TrainJob of Kubeflow
 * Trainer, admitted through Kueue where a queue is named.
 */
@NullMarked
package dev.whetstone.training.engine.kubernetes.trainjob;

import org.jspecify.annotations.NullMarked;
