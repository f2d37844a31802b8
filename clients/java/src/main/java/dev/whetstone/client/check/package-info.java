/** Checks an installation from outside. */
@NullMarked
package dev.whetstone.client.check;

import org.jspecify.annotations.NullMarked;
