/** Checkpoints and resume points: where they are stored, their verification and their rows. */
@NullMarked
package dev.whetstone.training.checkpoint;

import org.jspecify.annotations.NullMarked;
