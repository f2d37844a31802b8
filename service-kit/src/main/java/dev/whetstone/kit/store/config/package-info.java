/** Provides the store and the resolver of artifacts that the settings describe. */
@NullMarked
package dev.whetstone.kit.store.config;

import org.jspecify.annotations.NullMarked;
