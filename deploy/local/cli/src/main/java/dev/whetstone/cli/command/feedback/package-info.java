/** Commands for the way of feedback through a loop: send, seal, decide, erase. */
@NullMarked
package dev.whetstone.cli.command.feedback;

import org.jspecify.annotations.NullMarked;
