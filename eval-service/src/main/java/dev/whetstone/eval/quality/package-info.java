/** Measures the quality of one answer. Pure. */
@NullMarked
package dev.whetstone.eval.quality;

import org.jspecify.annotations.NullMarked;
