/** The spans of requests. */
@NullMarked
package dev.whetstone.ingest.trace;

import org.jspecify.annotations.NullMarked;
