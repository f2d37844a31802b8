/** Finished checkpoints and resume points: verification and rows. */
@NullMarked
package dev.whetstone.training.checkpoint;

import org.jspecify.annotations.NullMarked;
