/** Names of the metrics, in one place. */
@NullMarked
package dev.whetstone.kit.metrics;

import org.jspecify.annotations.NullMarked;
