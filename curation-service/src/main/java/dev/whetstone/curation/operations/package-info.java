/** Log-safe descriptions of faults, and what keeps batches from being sealed. */
@NullMarked
package dev.whetstone.curation.operations;

import org.jspecify.annotations.NullMarked;
