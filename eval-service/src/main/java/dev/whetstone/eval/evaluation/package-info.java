/** An evaluation, its states, its frozen inputs and its rows. */
@NullMarked
package dev.whetstone.eval.evaluation;

import org.jspecify.annotations.NullMarked;
