/** Checks by a few recorded prompts that a replica applies the adapter that was evaluated. */
@NullMarked
package dev.whetstone.eval.probe;

import org.jspecify.annotations.NullMarked;
