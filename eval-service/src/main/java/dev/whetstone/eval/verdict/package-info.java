/** Computes the verdict from the gates. */
@NullMarked
package dev.whetstone.eval.verdict;

import org.jspecify.annotations.NullMarked;
