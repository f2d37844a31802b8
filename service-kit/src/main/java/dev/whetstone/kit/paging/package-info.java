/** Pages of lists over REST. */
@NullMarked
package dev.whetstone.kit.paging;

import org.jspecify.annotations.NullMarked;
