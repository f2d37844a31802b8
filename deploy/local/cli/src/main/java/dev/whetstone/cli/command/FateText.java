package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.EventKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats the fate of an event as reported by curation. */
final class FateText {
  private FateText() {}

  /** Everything that curation reports about one event, line by line. */
  static List<String> lines(JsonNode fate) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  received  %s, %s, from %s"
            .formatted(
                text(fate, "receivedAt"),
                text(fate, "kind"),
                EventKey.parse(text(fate, "eventKey")).source()));
    lines.add("  fate      " + state(fate, "fate"));
    if (!text(fate, "responseId").isEmpty()) {
      lines.add("  about     response " + text(fate, "responseId"));
    }
    fate.path("notes").forEach(note -> lines.add("  note      " + note.asText()));
    fate.path("examples").forEach(example -> lines.addAll(example(example)));
    return lines;
  }

  /**
   * Examples of one event can differ: its preference pair may be used and its SFT example rejected.
   */
  private static List<String> example(JsonNode example) {
    List<String> lines = new ArrayList<>();
    String batch = text(example, "batchId");
    String stage = text(example, "stage");
    lines.add(
        "  example   %s (%s, %s) %s%s%s"
            .formatted(
                shortId(text(example, "exampleId")),
                text(example, "form").toLowerCase(Locale.ROOT),
                text(example, "split").toLowerCase(Locale.ROOT),
                state(example, "state"),
                stage.isEmpty() || text(example, "reason").isEmpty() ? "" : ", by stage " + stage,
                batch.isEmpty() ? "" : ", in batch " + shortId(batch)));
    if (example.path("score").isNumber()) {
      lines.add(String.format(Locale.ROOT, "    score   %.3f", example.path("score").asDouble()));
    }
    List<String> steps = new ArrayList<>();
    example.path("steps").forEach(step -> steps.add(step(step)));
    if (!steps.isEmpty()) {
      lines.add("    steps   " + String.join(", ", steps));
    }
    return lines;
  }

  private static String step(JsonNode step) {
    String reason = text(step, "reason");
    return text(step, "stage")
        + " "
        + text(step, "outcome")
        + (reason.isEmpty() ? "" : " (" + reason + ")");
  }

  /** A state with its reason, for example "waiting for its interaction until …". */
  static String state(JsonNode node, String field) {
    String state = text(node, field);
    String reason = text(node, "reason");
    String detail = text(node, "detail");
    String deadline = text(node, "deadline");
    StringBuilder words = new StringBuilder(state);
    if (state.equals("waiting")) {
      words.append(" for ").append(awaited(reason));
    } else if (!reason.isEmpty()) {
      words.append(": ").append(reason);
    }
    if (!deadline.isEmpty()) {
      words.append(" until ").append(deadline);
    }
    if (!detail.isEmpty()) {
      words.append(reason.isEmpty() || state.equals("waiting") ? ": " : ", ").append(detail);
    }
    return words.toString();
  }

  private static String awaited(String reason) {
    return switch (reason) {
      case "interaction", "conversation", "loop" -> "its " + reason;
      default -> reason;
    };
  }

  /** The text of a field; empty when the field is absent. */
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNull() ? "" : value.asText("");
  }

  static String shortId(String id) {
    return id.length() > 12 ? id.substring(0, 12) : id;
  }
}
