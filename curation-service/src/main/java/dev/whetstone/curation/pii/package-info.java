/** Personal data and secrets, found by their shape and replaced by typed placeholders. Pure. */
@NullMarked
package dev.whetstone.curation.pii;

import org.jspecify.annotations.NullMarked;
