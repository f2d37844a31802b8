/** Settings and the objects made of them. */
@NullMarked
package dev.whetstone.ingest.config;

import org.jspecify.annotations.NullMarked;
