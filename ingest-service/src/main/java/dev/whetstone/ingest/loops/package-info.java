/** The loops that may receive feedback, seen in the compacted topic. */
@NullMarked
package dev.whetstone.ingest.loops;

import org.jspecify.annotations.NullMarked;
