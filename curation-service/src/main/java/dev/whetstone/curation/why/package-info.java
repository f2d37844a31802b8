/** Answers why: what became of an event or an answer. */
@NullMarked
package dev.whetstone.curation.why;

import org.jspecify.annotations.NullMarked;
