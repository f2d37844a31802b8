/**
 * A request's body as a stream of JSON items: decompressed, bounded, never in memory as a whole.
 */
@NullMarked
package dev.whetstone.ingest.body;

import org.jspecify.annotations.NullMarked;
