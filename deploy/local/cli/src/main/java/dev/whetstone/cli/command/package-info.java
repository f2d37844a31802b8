/** The commands of {@code ./whetstone}. */
@NullMarked
package dev.whetstone.cli.command;

import org.jspecify.annotations.NullMarked;
