package dev.whetstone.ingest.item;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.json.JsonPointers;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object field by field. The first missing or invalid field throws a {@link Fault}
 * that names it. Absent and null are equivalent.
 */
final class FieldReader {
  private static final Pattern KEY = Pattern.compile("[^/\\s]+");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final JsonNode node;
  private final String pointer;

  private FieldReader(JsonNode node, String pointer) {
    this.node = node;
    this.pointer = pointer;
  }

  static FieldReader of(JsonNode node) {
    return of(node, "");
  }

  private static FieldReader of(JsonNode node, String pointer) {
    if (!node.isObject()) {
      throw wrongType(pointer, node, "a JSON object");
    }
    return new FieldReader(node, pointer);
  }

  @Nullable JsonNode get(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  String pointer(String name) {
    return JsonPointers.child(pointer, name);
  }

  Fault missing(String name, String what) {
    return new Fault(
        FaultCode.MISSING_FIELD,
        pointer(name),
        "'" + name + "' is missing",
        "send " + what + " as '" + name + "'");
  }

  Fault invalid(String name, String detail, String remedy) {
    return new Fault(FaultCode.INVALID_VALUE, pointer(name), detail, remedy);
  }

  Fault wrongType(String name, String expected) {
    return wrongType(pointer(name), node.path(name), expected);
  }

  @Nullable String text(String name, int maxCharacters) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrongType(name, "a string");
    }
    if (value.textValue().length() > maxCharacters) {
      throw new Fault(
          FaultCode.TOO_LONG,
          pointer(name),
          "'%s' has %d characters".formatted(name, value.textValue().length()),
          "send at most %d characters".formatted(maxCharacters));
    }
    return value.textValue();
  }

  String requiredText(String name, int maxCharacters, String what) {
    String value = text(name, maxCharacters);
    if (value == null) {
      throw missing(name, what);
    }
    return value;
  }

  /** A short name or reference; see {@link NameRule}. */
  @Nullable String name(String name) {
    String value = text(name, InputLimits.NAME_CHARACTERS);
    if (value != null && value.isBlank()) {
      throw invalid(name, "'" + name + "' is blank", "send a name, or omit the field");
    }
    return matching(name, NameRule::isValid, NameRule.ALLOWED);
  }

  /** The id of an event or answer: valid in a CloudEvents attribute, a Kafka key and a URL. */
  @Nullable String identifier(String name) {
    return matching(name, IdentifierRule::isValid, IdentifierRule.ALLOWED);
  }

  /** A SHA-256 in hex. */
  @Nullable String sha256(String name) {
    return matching(
        name,
        value -> SHA256.matcher(value).matches(),
        "64 of 0-9 and a-f, as sha256sum writes it");
  }

  /** A reference of the app: no slash, white space or control character. */
  @Nullable String key(String name) {
    return matching(
        name,
        value -> NameRule.isValid(value) && KEY.matcher(value).matches(),
        "1 to 200 characters without slash, space or control character");
  }

  private @Nullable String matching(String name, Predicate<String> rule, String allowed) {
    String value = text(name, InputLimits.IDENTIFIER_CHARACTERS);
    if (value != null && !rule.test(value)) {
      throw invalid(name, "'%s' is '%s'".formatted(name, Excerpt.text(value)), "send " + allowed);
    }
    return value;
  }

  @Nullable Boolean bool(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isBoolean()) {
      throw wrongType(name, "true or false");
    }
    return value == null ? null : value.booleanValue();
  }

  @Nullable Double number(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isNumber()) {
      throw wrongType(name, "a number");
    }
    return value == null ? null : value.doubleValue();
  }

  @Nullable Integer integer(String name) {
    JsonNode value = get(name);
    if (value != null && !(value.isIntegralNumber() && value.canConvertToInt())) {
      throw wrongType(name, "a whole number");
    }
    return value == null ? null : value.intValue();
  }

  @Nullable Instant time(String name) {
    String value = text(name, InputLimits.NAME_CHARACTERS);
    if (value == null) {
      return null;
    }
    try {
      return inRange(name, value, Instant.parse(value));
    } catch (DateTimeException e) {
      throw invalid(
          name,
          "'%s' is '%s', which is not an RFC 3339 time".formatted(name, Excerpt.text(value)),
          "send an RFC 3339 time such as 2026-11-01T09:30:00Z");
    }
  }

  private Instant inRange(String name, String value, Instant time) {
    if (time.isBefore(EARLIEST)) {
      throw invalid(
          name,
          "'%s' is '%s', which lies before 1970".formatted(name, Excerpt.text(value)),
          "send the time at which it happened, or omit the field; a year such as 0001 is the default of an unset date");
    }
    if (time.isAfter(LATEST)) {
      throw invalid(
          name,
          "'%s' is '%s', which lies in the future, after the year 9999"
              .formatted(name, Excerpt.text(value)),
          "send the time at which it happened, or omit the field");
    }
    return time;
  }

  @Nullable FieldReader object(String name) {
    JsonNode value = get(name);
    return value == null ? null : of(value, pointer(name));
  }

  FieldReader requiredObject(String name, String what) {
    FieldReader value = object(name);
    if (value == null) {
      throw missing(name, what);
    }
    return value;
  }

  /** An array of objects; null when absent. */
  @Nullable List<FieldReader> objects(String name, int most) {
    JsonNode array = array(name, most);
    if (array == null) {
      return null;
    }
    List<FieldReader> objects = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      objects.add(of(array.get(i), pointer(name) + "/" + i));
    }
    return objects;
  }

  List<String> tags(String name) {
    JsonNode array = array(name, InputLimits.TAGS);
    if (array == null) {
      return List.of();
    }
    List<String> tags = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String tag = array.get(i).textValue();
      if (tag == null || tag.isBlank() || tag.length() > InputLimits.TAG_CHARACTERS) {
        throw new Fault(
            FaultCode.INVALID_VALUE,
            pointer(name) + "/" + i,
            "the tag is " + Excerpt.text(array.get(i).toString()),
            "send tags as strings of 1 to %d characters".formatted(InputLimits.TAG_CHARACTERS));
      }
      tags.add(tag);
    }
    return tags;
  }

  @Nullable JsonNode array(String name, int most) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isArray()) {
      throw wrongType(name, "an array");
    }
    if (value.size() > most) {
      throw new Fault(
          FaultCode.TOO_LONG,
          pointer(name),
          "'%s' has %d elements".formatted(name, value.size()),
          "send at most %d elements".formatted(most));
    }
    return value;
  }

  /** An object that is passed on unchanged. */
  @Nullable Map<String, Object> open(String name) {
    FieldReader object = object(name);
    return object == null ? null : object.open();
  }

  Map<String, Object> open() {
    try {
      return Json.mapper().treeToValue(node, Json.mapper().constructType(OPEN.getType()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an object always converts to a map", e);
    }
  }

  private static final TypeReference<Map<String, Object>> OPEN = new TypeReference<>() {};

  private static Fault wrongType(String pointer, JsonNode found, String expected) {
    return new Fault(
        FaultCode.WRONG_TYPE, pointer, "found " + Excerpt.node(found), "send " + expected);
  }
}
