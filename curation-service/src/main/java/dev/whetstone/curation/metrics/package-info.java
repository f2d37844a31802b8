/** The meters of curation, and the gauges that follow its counters. */
@NullMarked
package dev.whetstone.curation.metrics;

import org.jspecify.annotations.NullMarked;
