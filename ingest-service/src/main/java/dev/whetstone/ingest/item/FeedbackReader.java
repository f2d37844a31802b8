package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackContent.InvalidFeedback;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.contracts.feedback.FeedbackSource;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads feedback: its common fields, those of its kind, and what it is about. */
final class FeedbackReader {
  private static final Map<String, FeedbackKind> KINDS =
      Arrays.stream(FeedbackKind.values())
          .collect(Collectors.toUnmodifiableMap(FeedbackKind::wireName, Function.identity()));
  private static final Map<String, FeedbackSource.Type> SOURCE_TYPES =
      Arrays.stream(FeedbackSource.Type.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  private final InputLimits limits;
  private final ItemReader items;

  FeedbackReader(InputLimits limits, ItemReader items) {
    this.limits = limits;
    this.items = items;
  }

  FeedbackGiven read(FieldReader fields) {
    FeedbackKind kind = kind(fields);
    FieldReader request = fields.object("request");
    FeedbackGiven given =
        new FeedbackGiven(
            fields.identifier("responseId"),
            fields.key("conversationId"),
            kind,
            fields.name("name"),
            value(fields, kind),
            scale(fields),
            fields.text("correctedOutput", limits.textCharacters()),
            answer(fields, "chosen"),
            answer(fields, "rejected"),
            request == null ? null : items.request(request),
            answer(fields, "response"),
            source(fields),
            fields.name("endUser"),
            fields.text("rationale", limits.textCharacters()),
            fields.identifier("supersedes"),
            items.consent(fields),
            fields.tags("tags"),
            fields.time("occurredAt"));
    requireTarget(fields, given);
    requireContent(fields, given);
    return given;
  }

  private static FeedbackKind kind(FieldReader fields) {
    String name = fields.requiredText("kind", InputLimits.NAME_CHARACTERS, "the kind of feedback");
    FeedbackKind kind = KINDS.get(name);
    if (kind == null) {
      throw fields.invalid(
          "kind",
          "the kind is '" + Excerpt.text(name) + "'",
          "send thumb, rating, correction, preference, demonstration, comment, implicit or outcome");
    }
    return kind;
  }

  private static @Nullable Object value(FieldReader fields, FeedbackKind kind) {
    JsonNode value = fields.get("value");
    if (value == null) {
      return null;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isNumber()) {
      return value.numberValue();
    }
    if (value.isTextual() && kind == FeedbackKind.IMPLICIT) {
      return fields.name("value");
    }
    throw fields.wrongType(
        "value",
        switch (kind) {
          case THUMB -> "true for thumbs up or false for thumbs down";
          case RATING -> "a number within the scale";
          case IMPLICIT -> "a boolean, a number or a short string";
          case OUTCOME, CORRECTION, PREFERENCE, DEMONSTRATION, COMMENT -> "a boolean or a number";
        });
  }

  private static FeedbackGiven.@Nullable Scale scale(FieldReader fields) {
    FieldReader scale = fields.object("scale");
    if (scale == null) {
      return null;
    }
    Double min = scale.number("min");
    Double max = scale.number("max");
    if (min == null || max == null) {
      throw scale.missing(min == null ? "min" : "max", "an end of the scale");
    }
    return new FeedbackGiven.Scale(min, max);
  }

  private @Nullable ChatMessage answer(FieldReader fields, String name) {
    FieldReader message = fields.object(name);
    return message == null ? null : items.answer(message);
  }

  private static @Nullable FeedbackSource source(FieldReader fields) {
    FieldReader source = fields.object("feedbackSource");
    if (source == null) {
      return null;
    }
    String type = source.requiredText("type", InputLimits.NAME_CHARACTERS, "the sort of source");
    FeedbackSource.Type known = SOURCE_TYPES.get(type);
    if (known == null) {
      throw source.invalid(
          "type",
          "the type is '" + Excerpt.text(type) + "'",
          "send HUMAN, LLM_JUDGE, CODE or IMPLICIT");
    }
    return new FeedbackSource(
        known, source.text("id", InputLimits.IDENTIFIER_CHARACTERS), source.name("version"));
  }

  private static void requireTarget(FieldReader fields, FeedbackGiven given) {
    switch (given.kind()) {
      case DEMONSTRATION -> {}
      case CORRECTION -> {
        if (given.responseId() == null) {
          throw fields.missing("responseId", "the id of the answer that it is about");
        }
      }
      case PREFERENCE -> {
        if (given.responseId() == null && given.request() == null) {
          throw fields.missing(
              "responseId",
              "the id of the answer that it is about (or 'request' with the messages before the"
                  + " two answers)");
        }
      }
      case THUMB, RATING, COMMENT, IMPLICIT, OUTCOME -> {
        if (given.responseId() == null && given.conversationId() == null) {
          throw fields.missing(
              "responseId",
              "the id of the answer (or 'conversationId' for the whole conversation)");
        }
      }
    }
  }

  private static void requireContent(FieldReader fields, FeedbackGiven given) {
    try {
      var unused = FeedbackContent.of(given);
    } catch (InvalidFeedback e) {
      String name = e.pointer().substring(1).split("/", 2)[0];
      String below = e.pointer().substring(1 + name.length());
      throw new Fault(
          fields.get(name) == null ? FaultCode.MISSING_FIELD : FaultCode.INVALID_VALUE,
          fields.pointer(name) + below,
          "'%s' does not make a %s".formatted(e.pointer().substring(1), given.kind().wireName()),
          e.getMessage());
    }
  }
}
