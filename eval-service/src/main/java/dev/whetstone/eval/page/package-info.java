/** Pages for people: HTML without scripts, rendered by Qute from records. */
@NullMarked
package dev.whetstone.eval.page;

import org.jspecify.annotations.NullMarked;
