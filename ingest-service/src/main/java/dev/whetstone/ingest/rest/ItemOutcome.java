package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import org.jspecify.annotations.Nullable;

/** The outcome of one item of a request, before anything is published. */
sealed interface ItemOutcome {
  record Taken(PreparedEvent event) implements ItemOutcome {}

  record Refused(@Nullable String id, Fault fault) implements ItemOutcome {}
}
