/**
 * Compute engine {@code kubernetes-job}: each attempt's worker is a {@code batch/v1} Job, admitted
 * through Kueue where a queue is named.
 */
@NullMarked
package dev.whetstone.training.engine.kubernetes;

import org.jspecify.annotations.NullMarked;
