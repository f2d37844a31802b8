/** Commands that declare, show and change loops. */
@NullMarked
package dev.whetstone.cli.command.loop;

import org.jspecify.annotations.NullMarked;
