/** Asks the compared models and stores what they answer. */
@NullMarked
package dev.whetstone.eval.answer;

import org.jspecify.annotations.NullMarked;
