/** What a loop is doing, in words. */
@NullMarked
package dev.whetstone.eval.status;

import org.jspecify.annotations.NullMarked;
