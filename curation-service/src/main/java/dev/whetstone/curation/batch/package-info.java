/** Sealed batches, their states as training publishes them, and withdrawals from them. */
@NullMarked
package dev.whetstone.curation.batch;

import org.jspecify.annotations.NullMarked;
