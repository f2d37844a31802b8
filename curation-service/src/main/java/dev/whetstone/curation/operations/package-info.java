/** Metric names of the service, and log-safe descriptions of faults. */
@NullMarked
package dev.whetstone.curation.operations;

import org.jspecify.annotations.NullMarked;
