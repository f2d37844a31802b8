package dev.whetstone.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.kit.json.JsonPointers;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The attributes of a CloudEvent: members of an object, or headers with a prefix. */
public sealed interface AttributeSource {
  /** The text of an attribute, or null if it is absent. */
  @Nullable String get(String name);

  /** Its JSON Pointer, if it has one. */
  @Nullable String pointer(String name);

  /** Its name for messages. */
  String label(String name);

  /** Structured mode. */
  record Members(JsonNode envelope) implements AttributeSource {
    @Override
    public @Nullable String get(String name) {
      JsonNode value = envelope.get(name);
      if (value == null || value.isNull()) {
        return null;
      }
      if (!value.isTextual()) {
        throw new Fault(
            FaultCode.WRONG_TYPE, pointer(name), label(name) + " is not a string", "send a string");
      }
      return value.textValue();
    }

    @Override
    public String pointer(String name) {
      return JsonPointers.child("", name);
    }

    @Override
    public String label(String name) {
      return "attribute '" + name + "'";
    }
  }

  /**
   * Binary mode.
   *
   * @param prefix {@code ce-} in HTTP, {@code ce_} in Kafka
   * @param headers a header's text by its name, or null
   */
  record Headers(String prefix, UnaryOperator<@Nullable String> headers)
      implements AttributeSource {
    @Override
    public @Nullable String get(String name) {
      return headers.apply(prefix + name);
    }

    @Override
    public @Nullable String pointer(String name) {
      return null;
    }

    @Override
    public String label(String name) {
      return "header '" + prefix + name + "'";
    }
  }
}
