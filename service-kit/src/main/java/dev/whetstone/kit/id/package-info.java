/** Identifiers that sort by the time they were made. */
@NullMarked
package dev.whetstone.kit.id;

import org.jspecify.annotations.NullMarked;
