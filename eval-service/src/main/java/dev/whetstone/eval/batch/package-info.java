/** Sealed batches, their states and their test rows. */
@NullMarked
package dev.whetstone.eval.batch;

import org.jspecify.annotations.NullMarked;
