/** Consumers of loop declarations and champions, and the rows of champions. */
@NullMarked
package dev.whetstone.training.loop;

import org.jspecify.annotations.NullMarked;
