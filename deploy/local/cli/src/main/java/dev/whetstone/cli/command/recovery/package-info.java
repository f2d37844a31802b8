/** Commands that back up and restore the stack. */
@NullMarked
package dev.whetstone.cli.command.recovery;

import org.jspecify.annotations.NullMarked;
