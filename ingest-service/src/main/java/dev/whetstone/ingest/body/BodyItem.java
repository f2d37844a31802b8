package dev.whetstone.ingest.body;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.item.Fault;

/** One item of a body. */
public sealed interface BodyItem {
  /** The number of its line, from 1; 0 where items are not lines. */
  int line();

  /** An item that is JSON. */
  record Readable(JsonNode tree, int line) implements BodyItem {}

  /** A line that is not JSON; the other lines are not affected. */
  record Unreadable(Fault fault, int line) implements BodyItem {}
}
