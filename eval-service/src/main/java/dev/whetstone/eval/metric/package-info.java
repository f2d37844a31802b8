/** What an answer is worth: free of frameworks, each metric between 0 and 1 unless it says else. */
@NullMarked
package dev.whetstone.eval.metric;

import org.jspecify.annotations.NullMarked;
