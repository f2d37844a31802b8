/** Immutable objects under content addresses, and everything else that a URI names. */
@NullMarked
package dev.whetstone.kit.store;

import org.jspecify.annotations.NullMarked;
