/** Copies: exact, near by shared wording, near by meaning. Pure. */
@NullMarked
package dev.whetstone.curation.dedup;

import org.jspecify.annotations.NullMarked;
