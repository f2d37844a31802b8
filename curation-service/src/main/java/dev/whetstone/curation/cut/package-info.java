/** Decides what a batch holds, commits that decision, and seals the batch (invariant I9). */
@NullMarked
package dev.whetstone.curation.cut;

import org.jspecify.annotations.NullMarked;
