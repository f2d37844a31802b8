/** Brings interactions and feedback together in either order, and forms examples of them. */
@NullMarked
package dev.whetstone.curation.join;

import org.jspecify.annotations.NullMarked;
