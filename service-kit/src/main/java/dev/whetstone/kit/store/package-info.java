/** Immutable objects under content addresses. */
@NullMarked
package dev.whetstone.kit.store;

import org.jspecify.annotations.NullMarked;
