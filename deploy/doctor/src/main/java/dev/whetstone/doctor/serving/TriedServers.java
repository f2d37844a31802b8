package dev.whetstone.doctor.serving;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Versions of model servers that Whetstone was tried with, and what is known of them. The table
 * "Seen working, and known limits" of docs/serving.md has the sources.
 */
final class TriedServers {
  private static final Map<String, List<String>> KNOWN =
      Map.of(
          "0.32",
          List.of(
              "loads an adapter of another base",
              "does not guard /tokenize with the API key",
              "on the CPU, concurrent prompt_logprobs with adapters end it"));

  private TriedServers() {}

  /**
   * What is known of a version; empty for one that was not tried.
   *
   * @param version as the server tells it, for example {@code 0.32.0}
   */
  static Optional<List<String>> limits(String version) {
    return KNOWN.entrySet().stream()
        .filter(tried -> version.equals(tried.getKey()) || version.startsWith(tried.getKey() + "."))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  static String versions() {
    return String.join(", ", KNOWN.keySet());
  }
}
