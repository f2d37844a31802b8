/** Stage: rejects toxic answers and quarantines refusals. Pure. */
@NullMarked
package dev.whetstone.curation.stage.toxicity;

import org.jspecify.annotations.NullMarked;
