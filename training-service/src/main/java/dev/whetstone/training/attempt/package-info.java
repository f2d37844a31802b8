/**
 * Attempts of a run: their states, the rule that decides the next move, their rows and the GPU
 * budget.
 */
@NullMarked
package dev.whetstone.training.attempt;

import org.jspecify.annotations.NullMarked;
