/** Which language an answer is in. Pure. */
@NullMarked
package dev.whetstone.curation.language;

import org.jspecify.annotations.NullMarked;
