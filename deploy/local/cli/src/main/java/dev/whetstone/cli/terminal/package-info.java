/** Terminal output: lines, colours and progress. */
@NullMarked
package dev.whetstone.cli.terminal;

import org.jspecify.annotations.NullMarked;
