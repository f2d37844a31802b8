/** Evaluations: what is asked of whom, what it shows, and the decision that follows. */
@NullMarked
package dev.whetstone.eval.judge;

import org.jspecify.annotations.NullMarked;
