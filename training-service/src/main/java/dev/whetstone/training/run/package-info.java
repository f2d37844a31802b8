/** Runs: their states, when one starts, what follows an attempt, how one ends, and their rows. */
@NullMarked
package dev.whetstone.training.run;

import org.jspecify.annotations.NullMarked;
