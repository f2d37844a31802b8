/** A checkpoint's whole life in one answer. */
@NullMarked
package dev.whetstone.eval.story;

import org.jspecify.annotations.NullMarked;
