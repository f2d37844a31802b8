/** An attempt of a run: its states, its end, its rows and its GPU budget. */
@NullMarked
package dev.whetstone.training.attempt;

import org.jspecify.annotations.NullMarked;
