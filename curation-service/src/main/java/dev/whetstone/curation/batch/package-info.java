/** Sealed batches, what the judge made of them, and what may no longer be used of them. */
@NullMarked
package dev.whetstone.curation.batch;

import org.jspecify.annotations.NullMarked;
