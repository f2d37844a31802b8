/** Loop declarations and champions. */
@NullMarked
package dev.whetstone.training.loop;

import org.jspecify.annotations.NullMarked;
