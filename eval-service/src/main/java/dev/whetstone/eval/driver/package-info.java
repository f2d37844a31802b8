/** Moves an evaluation from one state to the next, from a new checkpoint to its decision. */
@NullMarked
package dev.whetstone.eval.driver;

import org.jspecify.annotations.NullMarked;
