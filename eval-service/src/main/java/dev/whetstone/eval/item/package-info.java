/** The items of an evaluation, read from batches and suites. */
@NullMarked
package dev.whetstone.eval.item;

import org.jspecify.annotations.NullMarked;
