/** Sealed batches, as far as evaluation needs their test rows. */
@NullMarked
package dev.whetstone.eval.batch;

import org.jspecify.annotations.NullMarked;
