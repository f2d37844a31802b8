/** Consent, clean text, whole and well-ordered turns, length. Pure. */
@NullMarked
package dev.whetstone.curation.hygiene;

import org.jspecify.annotations.NullMarked;
