/** Describes the state of a loop for people. */
@NullMarked
package dev.whetstone.eval.status;

import org.jspecify.annotations.NullMarked;
