/** Stages: exact, near and semantic duplicates. Pure. */
@NullMarked
package dev.whetstone.curation.stage.dedup;

import org.jspecify.annotations.NullMarked;
