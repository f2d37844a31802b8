package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import java.util.Locale;

/**
 * One item of a file that is sent.
 *
 * @param place "line 7" or "item 7", counted from 1
 */
record FeedbackItem(String place, Kind kind, JsonNode json) {
  /** What an item is, and the path that takes it. */
  enum Kind {
    INTERACTION("/interactions"),
    FEEDBACK("/feedback");

    private final String path;

    Kind(String path) {
      this.path = path;
    }

    String path() {
      return path;
    }
  }

  /** How the items of a file are read. */
  enum Format {
    /** Each item tells what it is. */
    AUTO,
    INTERACTIONS,
    FEEDBACK,
    /** Rows of OpenAI's fine-tuning format: the last answer of each becomes a demonstration. */
    DEMONSTRATIONS
  }

  /**
   * @throws RemedyException if {@code format} does not tell what the item is
   */
  static FeedbackItem of(String place, JsonNode json, Format format) {
    return switch (format) {
      case INTERACTIONS -> new FeedbackItem(place, Kind.INTERACTION, json);
      case FEEDBACK -> new FeedbackItem(place, Kind.FEEDBACK, json);
      case DEMONSTRATIONS -> new FeedbackItem(place, Kind.FEEDBACK, demonstration(place, json));
      case AUTO -> new FeedbackItem(place, kind(place, json), json);
    };
  }

  private static Kind kind(String place, JsonNode json) {
    if (json.has("kind")) {
      return Kind.FEEDBACK;
    }
    if (json.has("response") || json.has("request")) {
      return Kind.INTERACTION;
    }
    throw new RemedyException(
        place + " is neither an interaction nor feedback",
        json.has("messages")
            ? "for chat rows, run the command again with --as demonstrations"
            : "add \"kind\" for feedback, or \"request\" and \"response\" for an interaction");
  }

  private static JsonNode demonstration(String place, JsonNode row) {
    JsonNode messages = row.path("messages");
    int last = messages.size() - 1;
    if (last < 1 || !messages.path(last).path("role").asText().equals("assistant")) {
      throw new RemedyException(
          place + " has no \"messages\" that end with an assistant's answer",
          "send rows of the form {\"messages\": [{\"role\": \"user\", …}, {\"role\": \"assistant\", …}]}");
    }
    var demonstration = ApiClient.JSON.createObjectNode().put("kind", "demonstration");
    var request = demonstration.putObject("request");
    var before = request.putArray("messages");
    for (int i = 0; i < last; i++) {
      before.add(messages.get(i));
    }
    if (row.has("tools")) {
      request.set("tools", row.get("tools"));
    }
    demonstration.set("response", messages.get(last));
    return demonstration;
  }

  /** The format that an option names. */
  static Format format(String option) {
    return Format.valueOf(option.toUpperCase(Locale.ROOT));
  }
}
