/** One way to read and write JSON, and digests over it. */
@NullMarked
package dev.whetstone.kit.json;

import org.jspecify.annotations.NullMarked;
