/** Decides what a batch holds, commits that, and seals the batch that follows (invariant I9). */
@NullMarked
package dev.whetstone.curation.cut;

import org.jspecify.annotations.NullMarked;
