/** The erasure ledger, and the digests that stand for end users. */
@NullMarked
package dev.whetstone.curation.tombstone;

import org.jspecify.annotations.NullMarked;
