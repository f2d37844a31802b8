/** Text normalisation, word splitting and token counts that several packages share. Pure. */
@NullMarked
package dev.whetstone.curation.text;

import org.jspecify.annotations.NullMarked;
