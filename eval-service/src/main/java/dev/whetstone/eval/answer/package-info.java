/** Asks the compared models and stores their answers. */
@NullMarked
package dev.whetstone.eval.answer;

import org.jspecify.annotations.NullMarked;
