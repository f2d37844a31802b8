package dev.whetstone.contracts.event;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Feedback by kind, with exactly the fields of the kind. */
public sealed interface FeedbackContent {
  record Thumb(boolean up) implements FeedbackContent {}

  record Rating(@Nullable String name, double value, FeedbackGiven.Scale scale)
      implements FeedbackContent {}

  record Correction(String correctedOutput) implements FeedbackContent {}

  /**
   * Two answers to one request.
   *
   * @param request the conversation before the answers; absent where it is that of the interaction
   */
  record Preference(
      ChatMessage chosen, ChatMessage rejected, InteractionRecorded.@Nullable Request request)
      implements FeedbackContent {
    /** A preference about the answer of an interaction. */
    public Preference(ChatMessage chosen, ChatMessage rejected) {
      this(chosen, rejected, null);
    }
  }

  record Demonstration(InteractionRecorded.Request request, ChatMessage response)
      implements FeedbackContent {}

  record Comment(String rationale) implements FeedbackContent {}

  record Implicit(String name, @Nullable Object value) implements FeedbackContent {}

  record Outcome(String name, Object value) implements FeedbackContent {}

  /**
   * Reads the fields that belong to the kind.
   *
   * @throws InvalidFeedback naming the JSON Pointer of the first field that is missing or wrong
   */
  static FeedbackContent of(FeedbackGiven given) {
    return switch (given.kind()) {
      case THUMB -> new Thumb(bool(given));
      case RATING -> rating(given);
      case CORRECTION ->
          new Correction(text("/correctedOutput", given.correctedOutput(), "the corrected answer"));
      case PREFERENCE ->
          new Preference(
              present("/chosen", given.chosen(), "the preferred message"),
              present("/rejected", given.rejected(), "the other message"),
              given.request());
      case DEMONSTRATION ->
          taught(
              new Demonstration(
                  present("/request", given.request(), "the request with its messages"),
                  present("/response", given.response(), "the assistant message to learn")));
      case COMMENT -> new Comment(text("/rationale", given.rationale(), "the comment's text"));
      case IMPLICIT ->
          new Implicit(text("/name", given.name(), "the signal's name"), given.value());
      case OUTCOME ->
          new Outcome(text("/name", given.name(), "the outcome's name"), outcomeValue(given));
    };
  }

  /**
   * Weights mean what they mean in OpenAI's fine-tuning format, except that an earlier assistant
   * turn without a weight is not learned.
   */
  private static Demonstration taught(Demonstration given) {
    boolean response = !Objects.equals(given.response().weight(), 0);
    if (response
        || given.request().messages().stream().anyMatch(turn -> Objects.equals(turn.weight(), 1))) {
      return given;
    }
    throw new InvalidFeedback(
        "/response/weight",
        "must be 1 or absent, because no assistant message of the request has weight 1: nothing"
            + " would be learned");
  }

  private static boolean bool(FeedbackGiven given) {
    if (given.value() instanceof Boolean up) {
      return up;
    }
    throw new InvalidFeedback("/value", "a thumb's value must be true or false");
  }

  private static Object outcomeValue(FeedbackGiven given) {
    if (given.value() instanceof Boolean || given.value() instanceof Number) {
      return given.value();
    }
    throw new InvalidFeedback("/value", "an outcome's value must be a boolean or a number");
  }

  private static Rating rating(FeedbackGiven given) {
    FeedbackGiven.Scale scale = present("/scale", given.scale(), "the scale's min and max");
    if (!(scale.min() < scale.max())) {
      throw new InvalidFeedback("/scale", "the scale's min must be below its max");
    }
    if (given.value() instanceof Number value) {
      double number = value.doubleValue();
      if (number >= scale.min() && number <= scale.max()) {
        return new Rating(given.name(), number, scale);
      }
    }
    throw new InvalidFeedback("/value", "a rating's value must be a number within its scale");
  }

  private static String text(String pointer, @Nullable String value, String what) {
    if (value == null || value.isBlank()) {
      throw new InvalidFeedback(pointer, "must hold " + what);
    }
    return value;
  }

  private static <T> T present(String pointer, @Nullable T value, String what) {
    if (value == null) {
      throw new InvalidFeedback(pointer, "must hold " + what);
    }
    return value;
  }

  /** Feedback whose fields do not fit its kind. */
  final class InvalidFeedback extends IllegalArgumentException {
    private final String pointer;

    InvalidFeedback(String pointer, String message) {
      super(message);
      this.pointer = pointer;
    }

    /** JSON Pointer (RFC 6901) of the fault within the data. */
    public String pointer() {
      return pointer;
    }
  }
}
