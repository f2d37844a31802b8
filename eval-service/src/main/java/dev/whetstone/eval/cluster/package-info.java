/** Declares the Loop resources of a Kubernetes namespace and writes their status. */
@NullMarked
package dev.whetstone.eval.cluster;

import org.jspecify.annotations.NullMarked;
