/** The loops: their declarations come in here and nowhere else. */
@NullMarked
package dev.whetstone.eval.registry;

import org.jspecify.annotations.NullMarked;
