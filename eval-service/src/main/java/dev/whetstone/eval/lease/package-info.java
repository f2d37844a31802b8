/** Who works on a row, and until when. */
@NullMarked
package dev.whetstone.eval.lease;

import org.jspecify.annotations.NullMarked;
