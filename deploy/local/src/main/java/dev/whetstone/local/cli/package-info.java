/** The commands of {@code ./whetstone}. */
@NullMarked
package dev.whetstone.local.cli;

import org.jspecify.annotations.NullMarked;
