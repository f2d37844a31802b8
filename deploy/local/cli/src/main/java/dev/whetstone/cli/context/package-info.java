/** What every command works with: the checkout's stack, its keys and its loops. */
@NullMarked
package dev.whetstone.cli.context;

import org.jspecify.annotations.NullMarked;
