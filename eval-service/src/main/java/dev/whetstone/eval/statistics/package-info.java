/** Statistics of decisions. Pure; every function is tested against reference values. */
@NullMarked
package dev.whetstone.eval.statistics;

import org.jspecify.annotations.NullMarked;
