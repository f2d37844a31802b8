/** Sealed batches as training sees them: adoption, withdrawn examples, rows to train on. */
@NullMarked
package dev.whetstone.training.batch;

import org.jspecify.annotations.NullMarked;
