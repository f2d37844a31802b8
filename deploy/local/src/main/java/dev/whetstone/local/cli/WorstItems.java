package dev.whetstone.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.api.Api;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The items on which a candidate lost most, from a decision's evidence in this machine's store. */
final class WorstItems {
  private WorstItems() {}

  /**
   * One item that the candidate answered worse than the champion.
   *
   * @param suite with the slice, where there is one
   */
  record Item(String suite, String question, String reference, String champion, String candidate) {}

  /** At most {@code most} of them; none where the evidence cannot be read here. */
  static List<Item> of(JsonNode decision, int most) {
    String uri = decision.path("evidenceUri").asText("");
    if (!uri.startsWith("file://")) {
      return List.of();
    }
    try {
      Path manifestFile = Path.of(URI.create(uri));
      JsonNode manifest = Api.JSON.readTree(manifestFile.toFile());
      // Blobs lie beside each other, named by their digests.
      Path blobs = manifestFile.getParent();
      List<JsonNode> scores = rows(blobs, manifest, "scores.jsonl");
      Map<String, JsonNode> texts = new HashMap<>();
      rows(blobs, manifest, "texts.jsonl")
          .forEach(text -> texts.put(text.path("key").asText(), text));
      return scores.stream()
          .filter(score -> difference(score) < 0)
          .sorted(
              Comparator.comparingDouble(WorstItems::difference)
                  .thenComparing(score -> score.path("key").asText()))
          .limit(most)
          .map(score -> item(score, texts.get(score.path("key").asText())))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<JsonNode> rows(Path blobs, JsonNode manifest, String path)
      throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode file : manifest.path("files")) {
      if (file.path("path").asText().equals(path)) {
        for (String line : Files.readAllLines(blobs.resolve(file.path("sha256").asText()))) {
          rows.add(Api.JSON.readTree(line));
        }
      }
    }
    return rows;
  }

  private static double difference(JsonNode score) {
    return score.path("candidate").asDouble() - score.path("champion").asDouble();
  }

  private static Item item(JsonNode score, JsonNode text) {
    String slice = score.path("slice").asText("");
    JsonNode messages = text == null ? Api.JSON.createArrayNode() : text.path("question");
    return new Item(
        score.path("suite").asText() + (slice.isEmpty() ? "" : "/" + slice),
        messages.path(messages.size() - 1).path("content").asText("(text erased)"),
        text == null ? "" : text.path("reference").asText(""),
        text == null ? "" : text.path("champion").asText(""),
        text == null ? "" : text.path("candidate").asText(""));
  }
}
