/** From gates to one verdict. */
@NullMarked
package dev.whetstone.eval.verdict;

import org.jspecify.annotations.NullMarked;
