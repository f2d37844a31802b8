/** Stage: detects the language of an example and applies the loop's list. Pure. */
@NullMarked
package dev.whetstone.curation.stage.language;

import org.jspecify.annotations.NullMarked;
