/** Candidates: checkpoints offered for judging. */
@NullMarked
package dev.whetstone.eval.checkpoint;

import org.jspecify.annotations.NullMarked;
