/** The meters of the training service, and the gauges that are read from its rows. */
@NullMarked
package dev.whetstone.training.metrics;

import org.jspecify.annotations.NullMarked;
