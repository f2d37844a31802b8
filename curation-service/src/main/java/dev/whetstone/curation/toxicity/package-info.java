/** Toxic answers and refusals, by the loop's word lists. Pure. */
@NullMarked
package dev.whetstone.curation.toxicity;

import org.jspecify.annotations.NullMarked;
