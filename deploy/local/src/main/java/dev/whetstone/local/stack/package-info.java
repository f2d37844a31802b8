/** Starts, watches and ends the processes of the stack on one machine. */
@NullMarked
package dev.whetstone.local.stack;

import org.jspecify.annotations.NullMarked;
