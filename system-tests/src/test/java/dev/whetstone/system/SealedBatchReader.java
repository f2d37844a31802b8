package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.LineageRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.testing.KafkaProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;

/** Every batch that was announced, read from the object store without the services' help. */
record SealedBatchReader(List<Batch> all) {
  /**
   * One batch.
   *
   * @param tenantLoop whose it is
   * @param manifestDigest of the manifest's bytes as they lie there
   */
  record Batch(
      String tenantLoop,
      BatchSealed said,
      BatchManifest manifest,
      String manifestDigest,
      Path store) {
    /** Files whose bytes are not what the manifest says; the manifest itself among them. */
    List<String> brokenFiles() {
      var broken = new ArrayList<String>();
      if (!manifestDigest.equals(said.batchId())) {
        broken.add("manifest.json");
      }
      if (manifest.file("cut.json").stream()
          .noneMatch(cut -> cut.sha256().equals(manifest.cutSha256()))) {
        broken.add("cut.json");
      }
      for (BatchFile file : manifest.files()) {
        byte[] bytes = bytes(store.resolve(file.blob()));
        if (!sha256(bytes).equals(file.sha256()) || bytes.length != file.bytes()) {
          broken.add(file.path());
        }
      }
      return broken;
    }

    /** Where a file of the batch lies. */
    Path file(String path) {
      return store.resolve(manifest.file(path).orElseThrow().blob());
    }

    /** The rows of a JSONL file of the batch. */
    <T> List<T> rows(String path, Class<T> type) {
      return manifest
          .file(path)
          .map(file -> lines(store.resolve(file.blob()), type))
          .orElse(List.of());
    }

    /** Where each example came from. */
    List<LineageRow> lineage() {
      return rows("lineage.jsonl", LineageRow.class);
    }
  }

  static SealedBatchReader of(WhetstoneUnderTest whetstone) {
    try (KafkaProbe probe = whetstone.kafka()) {
      return new SealedBatchReader(
          probe.all(EventType.BATCH_SEALED.topic(), EventType.BATCH_SEALED.wireName()).stream()
              .map(r -> batch(r.key(), KafkaProbe.body(r, BatchSealed.class), whetstone.store()))
              .toList());
    }
  }

  /** Waits for a tenant's first batch. */
  static Batch await(WhetstoneUnderTest whetstone, String tenant) {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () ->
                of(whetstone).all().stream()
                    .filter(batch -> batch.tenantLoop().startsWith(tenant + "/"))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Conversations of one loop of which examples are in more than one split. */
  Set<String> conversationsInSeveralSplits() {
    Map<String, EnumSet<Split>> splits = new LinkedHashMap<>();
    for (Batch batch : all) {
      for (LineageRow row : batch.lineage()) {
        if (row.conversationId() != null) {
          splits
              .computeIfAbsent(
                  batch.tenantLoop() + "/" + row.conversationId(), k -> EnumSet.noneOf(Split.class))
              .add(row.split());
        }
      }
    }
    splits.values().removeIf(found -> found.size() == 1);
    return splits.keySet();
  }

  private static Batch batch(String key, BatchSealed said, Path store) {
    byte[] manifest = bytes(Path.of(URI.create(said.manifestUri())));
    return new Batch(key, said, read(manifest, BatchManifest.class), sha256(manifest), store);
  }

  private static <T> List<T> lines(Path file, Class<T> type) {
    return new String(bytes(file), StandardCharsets.UTF_8)
        .lines()
        .map(line -> read(line.getBytes(StandardCharsets.UTF_8), type))
        .toList();
  }

  private static <T> T read(byte[] json, Class<T> type) {
    try {
      JsonNode tree = ApiClient.JSON.readTree(json);
      return ApiClient.JSON.treeToValue(tree, type);
    } catch (IOException e) {
      throw new UncheckedIOException("not a " + type.getSimpleName(), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
