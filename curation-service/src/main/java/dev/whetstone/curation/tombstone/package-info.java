/** The erasure ledger: who must not come in again, and how end users are named here at all. */
@NullMarked
package dev.whetstone.curation.tombstone;

import org.jspecify.annotations.NullMarked;
