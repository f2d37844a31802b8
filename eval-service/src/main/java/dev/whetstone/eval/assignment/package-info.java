/** Decides which model answers which end user. */
@NullMarked
package dev.whetstone.eval.assignment;

import org.jspecify.annotations.NullMarked;
