/** The items that an evaluation asks, and the batches and suites they come from. */
@NullMarked
package dev.whetstone.eval.item;

import org.jspecify.annotations.NullMarked;
