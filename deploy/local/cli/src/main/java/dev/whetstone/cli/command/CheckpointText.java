package dev.whetstone.cli.command;

import static dev.whetstone.cli.command.FateText.shortId;
import static dev.whetstone.cli.command.FateText.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.GateLine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Formats the history of a checkpoint as reported by eval. */
final class CheckpointText {
  private static final Pattern LONG_ID = Pattern.compile("([0-9a-f]{12})[0-9a-f]{8,}");

  private CheckpointText() {}

  /** The state of the checkpoint and its events, oldest first. */
  static List<String> lines(JsonNode story) {
    List<String> lines = new ArrayList<>();
    List<String> generations = new ArrayList<>();
    story.path("generations").forEach(generation -> generations.add(generation.asText()));
    lines.add(
        "  state     %s%s"
            .formatted(
                text(story, "state"),
                generations.isEmpty() ? "" : ", generation " + String.join(", ", generations)));
    if (!text(story, "tainted").isEmpty()) {
      lines.add("  tainted   " + text(story, "tainted"));
    }
    story.path("batchIds").forEach(batch -> lines.add("  batch     " + shortId(batch.asText())));
    for (JsonNode event : story.path("events")) {
      lines.add("  event     %s  %s".formatted(text(event, "at"), text(event, "what")));
    }
    for (JsonNode look : story.path("looks")) {
      if (text(look, "decisionId").isEmpty()) {
        lines.add("  look %-4s %s".formatted(text(look, "look"), undecided(look)));
      }
    }
    return lines;
  }

  private static String undecided(JsonNode look) {
    String reason = text(look, "reason");
    return "%s, against generation %s%s"
        .formatted(
            text(look, "state"),
            text(look, "championGeneration"),
            reason.isEmpty() ? "" : ": " + reason);
  }

  /**
   * A decision with its gates and the items on which the candidate is worst.
   *
   * @param story history of the decision's candidate
   */
  static List<String> decision(JsonNode decision, JsonNode story) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  decided   %s  %s".formatted(text(decision, "verdict"), GateLine.headline(decision)));
    decision.path("gates").forEach(gate -> lines.add("            " + GateLine.of(gate)));
    for (JsonNode look : story.path("looks")) {
      if (text(look, "decisionId").equals(text(decision, "decisionId"))) {
        look.path("worst").forEach(item -> lines.addAll(worst(item)));
      }
    }
    return lines;
  }

  private static List<String> worst(JsonNode item) {
    String question = text(item, "question");
    String name = LONG_ID.matcher(text(item, "item")).replaceAll("$1");
    if (question.isEmpty()) {
      return List.of("  worse     %s (text erased)".formatted(name));
    }
    return List.of(
        "  worse     %s: %s".formatted(name, question),
        "              wanted     " + text(item, "reference"),
        "              champion   " + text(item, "champion"),
        "              candidate  " + text(item, "candidate"));
  }
}
