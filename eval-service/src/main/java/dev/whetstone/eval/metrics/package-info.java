/** The service's metrics. */
@NullMarked
package dev.whetstone.eval.metrics;

import org.jspecify.annotations.NullMarked;
