/** What a person sees on the terminal. */
@NullMarked
package dev.whetstone.local.terminal;

import org.jspecify.annotations.NullMarked;
