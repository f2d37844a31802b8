/** Scores answers and evaluates the gates over the scores. */
@NullMarked
package dev.whetstone.eval.score;

import org.jspecify.annotations.NullMarked;
