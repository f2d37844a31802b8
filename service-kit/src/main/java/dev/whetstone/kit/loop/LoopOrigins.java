package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;

/**
 * The origin of each value of an effective declaration, inside lists too.
 *
 * @param declared the tree of the file
 * @param overlay the tree of the profile; empty for {@code standard}
 */
record LoopOrigins(JsonNode declared, JsonNode overlay, String profile) {
  private static final String GATES = "/spec/evaluation/gates/";
  private static final String SUITES = "/spec/evaluation/suites/";
  private static final String STANDARD = "profile standard";

  /**
   * The origin of a value that is not from the file; empty if it is from the file.
   *
   * @param parent the object or list that contains the value
   */
  Optional<String> of(String pointer, JsonNode parent) {
    if (!declared.at(pointer).isMissingNode()) {
      return Optional.empty();
    }
    if (pointer.toLowerCase(Locale.ROOT).endsWith("sha256")) {
      return Optional.of("computed");
    }
    if (pointer.equals("/spec/profile") || pointer.startsWith(SUITES)) {
      return Optional.of("default");
    }
    boolean ofProfile =
        pointer.startsWith(GATES)
            ? overlaysGate(pointer, parent)
            : overlay.at(pointer).isValueNode() || overlay.at(pointer).isArray();
    return Optional.of(ofProfile ? "profile " + profile : STANDARD);
  }

  /** Gates take their defaults by role, not by their place in the list. */
  private boolean overlaysGate(String pointer, JsonNode gate) {
    String field = pointer.substring(pointer.lastIndexOf('/') + 1);
    return overlay.path("gateDefaults").path(gate.path("role").asText()).has(field);
  }
}
