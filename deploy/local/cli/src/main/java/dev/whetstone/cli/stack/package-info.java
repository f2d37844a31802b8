/** Starts, supervises and stops the processes of the stack on one machine. */
@NullMarked
package dev.whetstone.cli.stack;

import org.jspecify.annotations.NullMarked;
