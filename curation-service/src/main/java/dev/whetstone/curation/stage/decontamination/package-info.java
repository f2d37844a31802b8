/** Stage: rejects examples that overlap with a suite or with another split. Pure. */
@NullMarked
package dev.whetstone.curation.stage.decontamination;

import org.jspecify.annotations.NullMarked;
