/** The manifests of an attempt's worker: its Job, pod and Secret, with their names and labels. */
@NullMarked
package dev.whetstone.training.engine.kubernetes.manifest;

import org.jspecify.annotations.NullMarked;
