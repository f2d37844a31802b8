/** When each loop is checked for work next; idle loops are never due. */
@NullMarked
package dev.whetstone.eval.due;

import org.jspecify.annotations.NullMarked;
