/** What follows when a champion turns out to be trained on erased data. */
@NullMarked
package dev.whetstone.eval.erasure;

import org.jspecify.annotations.NullMarked;
