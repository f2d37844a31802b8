/**
 * Spans of the stages of a loop, and the trace contexts that are kept with rows (docs/traces.md).
 */
@NullMarked
package dev.whetstone.kit.trace;

import org.jspecify.annotations.NullMarked;
