/** Runs and their attempts: state machines, their rows, and the reconciler that drives them. */
@NullMarked
package dev.whetstone.training.run;

import org.jspecify.annotations.NullMarked;
