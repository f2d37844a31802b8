package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.curation.chain.Funnel;
import dev.whetstone.curation.chain.StageCount;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** I9: a batch is a pure function of its cut. */
class BatchFilesTest {
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final AdmissionCounts ADMISSION =
      AdmissionCounts.of(
          90,
          Map.of("no-consent", 5, "duplicate", 1),
          50,
          Map.of(
              "hygiene", Map.of("too-long", 4),
              "contradiction-on-one-response", Map.of("conflicting-feedback", 3)),
          List.of("consent", "hygiene", "quality"));

  @Test
  void shouldGiveTheSameBytesForAnyOrderOfExamples() {
    List<Example> examples = examples(40);
    String batchId = BatchFiles.of(cut(1), examples).batchId();
    for (int seed = 0; seed < 10; seed++) {
      List<Example> shuffled = new ArrayList<>(examples);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(BatchFiles.of(cut(1), shuffled).batchId()).isEqualTo(batchId);
    }
    assertThat(BatchFiles.of(cut(2), examples).batchId()).isNotEqualTo(batchId);
    assertThat(BatchFiles.of(cut(1), examples.subList(1, 40)).batchId()).isNotEqualTo(batchId);
  }

  @Test
  void shouldWriteTheFilesOfTheManifest() throws IOException {
    var files = BatchFiles.of(cut(1), examples(40));
    for (var file : files.manifest().files()) {
      byte[] bytes = bytes(files, file.path());
      assertThat(ContentDigests.sha256(bytes)).isEqualTo(file.sha256());
      assertThat(bytes).hasSize((int) file.bytes());
      assertThat(file.blob()).isEqualTo("blobs/" + file.sha256());
    }
    assertThat(files.manifest().files())
        .extracting(file -> file.path())
        .contains(
            "cut.json", "card.md", "lineage.jsonl", "sft/train.jsonl", "preference/test.jsonl")
        .isSorted();
    assertThat(files.manifest().cutSha256())
        .isEqualTo(ContentDigests.sha256(Json.canonical(cut(1))));
    assertThat(files.manifest().funnel())
        .containsOnly(
            entry("kept", 40),
            entry("duplicate", 4),
            entry("no-consent", 5),
            entry("too-long", 4),
            entry("conflicting-feedback", 3));
    assertThat(ContentDigests.sha256(files.manifestBytes())).isEqualTo(files.batchId());
    assertThat(files.keys()).endsWith("batches/acme/support/" + files.batchId() + "/manifest.json");
  }

  @Test
  void shouldWeighOnlyTheTurnThatFeedbackIsAbout() throws IOException {
    List<ChatMessage> prompt =
        List.of(
            ChatMessage.user("first"),
            ChatMessage.assistant("an answer"),
            ChatMessage.user("next"));
    Example example =
        Example.sft(
            prompt, List.of(ChatMessage.assistant("better")), null, provenance(1, Split.TRAIN));

    byte[] line = bytes(BatchFiles.of(cut(1), List.of(example)), "sft/train.jsonl");

    SftRow row = Json.read(line, SftRow.class);
    assertThat(row.messages()).extracting(ChatMessage::weight).containsExactly(null, 0, null, 1);
    assertThat(row.id()).isEqualTo(example.id());
  }

  @Test
  void shouldWeighEarlierTurnsThatADemonstrationTeaches() throws IOException {
    List<ChatMessage> prompt =
        List.of(
            ChatMessage.user("first"),
            ChatMessage.assistant("taught").withWeight(1),
            ChatMessage.user("next"),
            ChatMessage.assistant("not taught"),
            ChatMessage.user("last"));
    Example example =
        Example.sft(
            prompt, List.of(ChatMessage.assistant("better")), null, provenance(1, Split.TRAIN));
    Example stored = Json.read(Json.text(example), Example.class);

    byte[] line = bytes(BatchFiles.of(cut(1), List.of(stored)), "sft/train.jsonl");

    assertThat(Json.read(line, SftRow.class).messages())
        .extracting(ChatMessage::weight)
        .containsExactly(null, 1, null, 0, null, 1);
  }

  @Test
  void shouldKeepToolsAsTheyWereSent() throws IOException {
    String tools =
        "[{\"type\":\"function\",\"function\":{\"name\":\"start_pump\",\"description\":\"Start it.\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"speed\":{\"type\":\"number\","
            + "\"default\":null},\"litres\":{\"type\":\"integer\"}},\"required\":[\"litres\"]}}}]";
    Example example =
        Example.sft(
            List.of(ChatMessage.user("Pump at 100")),
            List.of(ChatMessage.assistant("Started.")),
            List.of(Json.read(tools.substring(1, tools.length() - 1), Map.class)),
            provenance(1, Split.TRAIN));
    Example stored = Json.read(Json.text(example), Example.class);

    byte[] line = bytes(BatchFiles.of(cut(1), List.of(stored)), "sft/train.jsonl");

    assertThat(new String(line, StandardCharsets.UTF_8)).contains("\"tools\":" + tools);
    Example pair =
        Example.preference(
            stored.prompt(),
            stored.completion(),
            List.of(ChatMessage.assistant("No.")),
            stored.tools(),
            provenance(1, Split.TEST));
    byte[] second = bytes(BatchFiles.of(cut(1), List.of(pair)), "preference/test.jsonl");
    assertThat(new String(second, StandardCharsets.UTF_8)).contains("\"tools\":" + tools);
  }

  @Test
  void shouldDescribeTheBatchOnItsCard() throws IOException {
    var files = BatchFiles.of(cut(3), examples(40));
    String card = new String(bytes(files, "card.md"), StandardCharsets.UTF_8);
    assertThat(card)
        .contains("# Batch 3 of loop acme/support", "## Funnel", "## Personal data redacted")
        .contains("By first tag: billing 40.", "suite hidden was not compared")
        .contains(
            "## Admission since the start of the loop",
            "90 events arrived; 6 of them were refused (duplicate 1, no-consent 5).",
            "| consent | 50 | 50 |  |",
            "| hygiene | 50 | 46 | too-long 4 |",
            "| contradiction-on-one-response | 46 | 43 | conflicting-feedback 3 |",
            "| dedup | 43 | 40 | duplicate 3 |")
        .doesNotContain("digest-of-a-person");
  }

  /** A file's bytes, made anew: the same at any time. */
  private static byte[] bytes(BatchFiles files, String path) throws IOException {
    var first = new ByteArrayOutputStream();
    files.contents().get(path).writeTo(first);
    var second = new ByteArrayOutputStream();
    files.contents().get(path).writeTo(second);
    assertThat(second.toByteArray()).isEqualTo(first.toByteArray());
    return first.toByteArray();
  }

  private static Cut cut(long sequence) {
    return new Cut(
        1,
        "acme",
        "support",
        sequence,
        BatchTrigger.VOLUME,
        "spec",
        null,
        Map.of("golden", "abc"),
        7,
        List.of("acme/support/app/f1"),
        List.of(),
        0,
        Map.of(),
        new Cut.Ledger(0, "none"),
        List.of(),
        ADMISSION,
        new Funnel(List.of(new StageCount("dedup", 43, 40, Map.of("duplicate", 3)))),
        List.of("suite hidden was not compared"));
  }

  private static List<Example> examples(int n) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Split split = Split.values()[i % 3];
      List<ChatMessage> prompt = List.of(ChatMessage.user("question " + i));
      List<ChatMessage> answer = List.of(ChatMessage.assistant("answer " + i));
      examples.add(
          i % 2 == 0
              ? Example.sft(prompt, answer, null, provenance(i, split))
              : Example.preference(
                  prompt,
                  answer,
                  List.of(ChatMessage.assistant("bad")),
                  null,
                  provenance(i, split)));
    }
    assertThat(examples).extracting(Example::form).contains(Form.SFT, Form.PREFERENCE);
    return examples;
  }

  private static Provenance provenance(int i, Split split) {
    return new Provenance(
        LOOP,
        split,
        "c" + i,
        "digest-of-a-person",
        "app",
        false,
        FeedbackSource.Type.HUMAN,
        List.of(new EventKey(LOOP, "app", "f" + i)),
        List.of("billing"),
        "bad",
        Instant.parse("2026-11-02T09:00:00Z"),
        false);
  }
}
