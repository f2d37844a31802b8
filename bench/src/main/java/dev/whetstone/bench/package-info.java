/** {@code ./whetstone bench}: measurements on a stack of their own. They never fail a build. */
@NullMarked
package dev.whetstone.bench;

import org.jspecify.annotations.NullMarked;
