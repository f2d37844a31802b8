/** Pages for people: plain HTML without scripts, drawn from records. */
@NullMarked
package dev.whetstone.eval.page;

import org.jspecify.annotations.NullMarked;
