/** Completes data to an event: its id, its attributes, its bytes. */
@NullMarked
package dev.whetstone.ingest.event;

import org.jspecify.annotations.NullMarked;
