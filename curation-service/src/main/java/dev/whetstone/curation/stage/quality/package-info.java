/** Stage: scores the quality of an example. Pure. */
@NullMarked
package dev.whetstone.curation.stage.quality;

import org.jspecify.annotations.NullMarked;
