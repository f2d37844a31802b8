/** Pages of lists over REST. */
@NullMarked
package dev.whetstone.eval.paging;

import org.jspecify.annotations.NullMarked;
