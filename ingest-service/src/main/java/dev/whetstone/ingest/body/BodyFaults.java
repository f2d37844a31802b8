package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;

/** The faults of a body or of one line, with line and column where they have a place. */
record BodyFaults(BodyShape shape, InputLimits limits) {
  /**
   * @param place as {@link MeteredParser#place} gives it
   */
  Fault constraint(String place, StreamConstraintsException e) {
    if (e.getOriginalMessage().contains("nesting depth")) {
      return new Fault(
          FaultCode.NESTED_TOO_DEEP,
          null,
          place + "objects and arrays are nested more than " + limits.nesting() + " deep",
          "send items nested at most " + limits.nesting() + " deep");
    }
    return new Fault(
        FaultCode.ITEM_TOO_LARGE,
        null,
        place + e.getOriginalMessage(),
        "send texts of at most %d and names of at most %d characters"
            .formatted(limits.textCharacters(), InputLimits.FIELD_NAME_CHARACTERS));
  }

  Fault malformed(String place, JsonProcessingException e) {
    // The message repeats one token of the body, which can be personal data.
    return malformed(place + e.getOriginalMessage().lines().findFirst().orElse("not JSON"));
  }

  Fault malformed(String reason) {
    return new Fault(
        FaultCode.MALFORMED_JSON,
        null,
        reason,
        switch (shape) {
          case JSON -> "send one JSON object or one array of objects, in UTF-8";
          case OBJECT -> "send one JSON object, in UTF-8";
          case ARRAY -> "send one JSON array of objects, in UTF-8";
          case LINES -> "send one JSON object per line, in UTF-8";
        });
  }

  Fault tooMany() {
    return new Fault(
        FaultCode.TOO_MANY_ITEMS,
        null,
        "the body has more than " + limits.items() + " items",
        "send at most " + limits.items() + " items in one request");
  }

  static Fault noItems() {
    return new Fault(
        FaultCode.NO_ITEMS, null, "the body has no item", "send at least one JSON object");
  }
}
