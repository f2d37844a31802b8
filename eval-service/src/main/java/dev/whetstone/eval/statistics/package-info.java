/** The arithmetic of decisions: free of frameworks, every function checked against known values. */
@NullMarked
package dev.whetstone.eval.statistics;

import org.jspecify.annotations.NullMarked;
