/** The names of shared metrics. */
@NullMarked
package dev.whetstone.kit.metrics;

import org.jspecify.annotations.NullMarked;
