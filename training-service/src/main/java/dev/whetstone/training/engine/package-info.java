/** Where workers run. */
@NullMarked
package dev.whetstone.training.engine;

import org.jspecify.annotations.NullMarked;
