/** Joins interactions and feedback in either order and forms examples from them. */
@NullMarked
package dev.whetstone.curation.join;

import org.jspecify.annotations.NullMarked;
