package dev.whetstone.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.IdentifierRule;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.kit.trace.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the attributes of CloudEvents 1.0. {@code time}, {@code subject} and {@code partitionkey}
 * of the sender are ignored: ingest sets the time of receipt and the subject.
 */
public final class CloudEventReader {
  private static final String VERSION = "1.0";

  private CloudEventReader() {}

  /**
   * An event with everything in one JSON object.
   *
   * @throws Fault when it is not a CloudEvent, or of a type that is not accepted
   */
  public static CloudEventItem structured(JsonNode envelope) {
    if (!envelope.isObject()) {
      throw new Fault(FaultCode.WRONG_TYPE, "", "the event is not an object", "send a CloudEvent");
    }
    if (envelope.hasNonNull("data_base64")) {
      throw new Fault(
          FaultCode.INVALID_VALUE, "/data_base64", "the data is binary", "send JSON as 'data'");
    }
    JsonNode data = envelope.get("data");
    if (data == null || data.isNull()) {
      throw new Fault(
          FaultCode.MISSING_FIELD, "/data", "the event has no data", "send the data as 'data'");
    }
    return read(new AttributeSource.Members(envelope), data, "/data");
  }

  /**
   * An event whose attributes are headers.
   *
   * @throws Fault when it is not a CloudEvent, or of a type that is not accepted
   */
  public static CloudEventItem binary(AttributeSource.Headers headers, JsonNode data) {
    return read(headers, data, "");
  }

  /** The id for the receipt of a refused event; null if it has none. */
  public static @Nullable String id(AttributeSource attributes) {
    try {
      String id = attributes.get("id");
      return id != null && IdentifierRule.isValid(id) ? id : null;
    } catch (Fault noText) {
      return null;
    }
  }

  private static CloudEventItem read(
      AttributeSource attributes, JsonNode data, String dataPointer) {
    String version = required(attributes, "specversion", VERSION);
    if (!version.equals(VERSION)) {
      throw invalid(attributes, "specversion", version, VERSION);
    }
    return new CloudEventItem(
        identifier(attributes, "id", "an id that is unique within the source"),
        identifier(attributes, "source", "the sending application"),
        type(attributes),
        name(attributes, "tenant", attributes.get("tenant")),
        name(attributes, "loop", required(attributes, "loop", "the loop's name")),
        TraceContext.parse(attributes.get("traceparent")).map(TraceContext::text).orElse(null),
        attributes.pointer("loop"),
        attributes.pointer("tenant"),
        attributes.pointer("source"),
        data,
        dataPointer);
  }

  private static EventType type(AttributeSource attributes) {
    String name =
        required(attributes, "type", "one such as " + EventType.FEEDBACK_GIVEN.wireName());
    return EventType.byWireName(name)
        .filter(ItemReader.types()::contains)
        .orElseThrow(() -> ItemReader.unsupported(attributes.pointer("type"), name));
  }

  private static String identifier(AttributeSource attributes, String name, String what) {
    String value = required(attributes, name, what);
    if (!IdentifierRule.isValid(value)) {
      throw invalid(attributes, name, value, IdentifierRule.ALLOWED);
    }
    return value;
  }

  private static @Nullable String name(
      AttributeSource attributes, String name, @Nullable String value) {
    if (value != null && !LoopId.NAME.matcher(value).matches()) {
      throw invalid(attributes, name, value, LoopId.RULE);
    }
    return value;
  }

  private static String required(AttributeSource attributes, String name, String what) {
    String value = attributes.get(name);
    if (value == null || value.isEmpty()) {
      throw new Fault(
          FaultCode.MISSING_FIELD,
          attributes.pointer(name),
          attributes.label(name) + " is missing",
          "send " + what + " as " + attributes.label(name));
    }
    return value;
  }

  private static Fault invalid(
      AttributeSource attributes, String name, String value, String allowed) {
    String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return new Fault(
        FaultCode.INVALID_VALUE,
        attributes.pointer(name),
        attributes.label(name) + " is '" + shown + "'",
        "send " + allowed);
  }
}
