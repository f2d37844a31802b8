package dev.whetstone.cli.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats a gate of a decision as one line. */
public final class GateLine {
  private GateLine() {}

  /** Name, outcome, both means, the difference with its interval, n and the margin. */
  public static String of(JsonNode gate) {
    String outcome = gate.path("outcome").asText();
    if (gate.path("difference").isMissingNode() || gate.path("difference").isNull()) {
      return "%-24s %-12s %s"
          .formatted(gate.path("name").asText(), outcome, gate.path("reason").asText());
    }
    return String.format(
        Locale.ROOT,
        "%-24s %-12s %.3f → %.3f  %+.3f [%+.3f, %+.3f]  n %d  margin %.2f%s",
        gate.path("name").asText(),
        outcome,
        gate.path("champion").asDouble(),
        gate.path("candidate").asDouble(),
        gate.path("difference").asDouble(),
        gate.at("/interval/lower").asDouble(),
        gate.at("/interval/upper").asDouble(),
        gate.path("n").asInt(),
        gate.path("margin").asDouble(),
        gate.path("enforced").asBoolean(true) ? "" : "  (shadow: not enforced)");
  }

  /**
   * The main reason of a decision: the failed gates, else the undecided gates, else the first
   * clause of its reason.
   */
  public static String headline(JsonNode decision) {
    for (String outcome : List.of("failed", "undecided", "not_measured")) {
      List<String> names = new ArrayList<>();
      for (JsonNode gate : decision.path("gates")) {
        if (gate.path("outcome").asText().equals(outcome)
            && gate.path("enforced").asBoolean(true)) {
          names.add(gate.path("name").asText() + ": " + gate.path("reason").asText());
        }
      }
      if (!names.isEmpty()) {
        return outcome.replace('_', ' ') + " " + String.join("; ", names);
      }
    }
    return decision.path("reason").asText().split(";", 2)[0];
  }
}
