/** Turns failure counts into tuning advice. Pure. */
@NullMarked
package dev.whetstone.curation.advice.rule;

import org.jspecify.annotations.NullMarked;
