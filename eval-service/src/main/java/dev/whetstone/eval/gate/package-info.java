/** Gates: each decides from paired scores whether one condition of a promotion is met. */
@NullMarked
package dev.whetstone.eval.gate;

import org.jspecify.annotations.NullMarked;
