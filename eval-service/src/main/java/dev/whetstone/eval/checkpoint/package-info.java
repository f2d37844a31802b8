/** Checkpoints that are offered for evaluation, and the checks of their files. */
@NullMarked
package dev.whetstone.eval.checkpoint;

import org.jspecify.annotations.NullMarked;
