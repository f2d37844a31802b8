/** JSON settings, JSON Pointers and content digests. */
@NullMarked
package dev.whetstone.kit.json;

import org.jspecify.annotations.NullMarked;
