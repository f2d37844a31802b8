/** Settings and the components that are built from them. */
@NullMarked
package dev.whetstone.ingest.config;

import org.jspecify.annotations.NullMarked;
