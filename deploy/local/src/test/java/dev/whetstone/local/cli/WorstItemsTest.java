package dev.whetstone.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.local.api.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorstItemsTest {
  @TempDir private Path blobs;

  @Test
  void shouldShowWhereTheCandidateLostMost() throws IOException {
    JsonNode decision =
        decision(
            """
            {"key": "a", "suite": "golden", "slice": "return_window", "champion": 1.0, "candidate": 0.0}
            {"key": "b", "suite": "golden", "champion": 0.0, "candidate": 1.0}
            {"key": "c", "suite": "forget", "champion": 1.0, "candidate": 0.5}
            """,
            """
            {"key": "a", "question": [{"role": "user", "content": "How long?"}], "reference": "30", "champion": "30", "candidate": "99"}
            """);

    var items = WorstItems.of(decision, 5);

    assertThat(items).hasSize(2);
    assertThat(items.getFirst())
        .isEqualTo(new WorstItems.Item("golden/return_window", "How long?", "30", "30", "99"));
    assertThat(items.getLast().question()).isEqualTo("(text erased)");
  }

  @Test
  void shouldShowNothingWhereTheEvidenceIsElsewhere() {
    ObjectNode decision = Api.JSON.createObjectNode().put("evidenceUri", "s3://bucket/key");

    assertThat(WorstItems.of(decision, 5)).isEmpty();
    assertThat(WorstItems.of(Api.JSON.createObjectNode(), 5)).isEmpty();
  }

  private JsonNode decision(String scores, String texts) throws IOException {
    Files.writeString(blobs.resolve("s"), scores);
    Files.writeString(blobs.resolve("t"), texts);
    Files.writeString(
        blobs.resolve("m"),
        "{\"files\": [{\"path\": \"scores.jsonl\", \"sha256\": \"s\"},"
            + " {\"path\": \"texts.jsonl\", \"sha256\": \"t\"}]}");
    return Api.JSON.createObjectNode().put("evidenceUri", blobs.resolve("m").toUri().toString());
  }
}
