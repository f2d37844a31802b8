/** Identifiers that sort by creation time. */
@NullMarked
package dev.whetstone.kit.id;

import org.jspecify.annotations.NullMarked;
