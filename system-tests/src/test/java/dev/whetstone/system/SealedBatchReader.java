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

/** All announced batches, read from the object store without code of the services. */
record SealedBatchReader(List<Batch> all) {
  /**
   * One batch.
   *
   * @param tenantLoop owner of the batch, {@code tenant/loop}
   * @param manifestDigest SHA-256 of the stored manifest
   */
  record Batch(
      String tenantLoop,
      BatchSealed event,
      BatchManifest manifest,
      String manifestDigest,
      Path store) {
    /** Files whose bytes do not match the manifest, including the manifest itself. */
    List<String> brokenFiles() {
      var broken = new ArrayList<String>();
      if (!manifestDigest.equals(event.batchId())) {
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

    /** The path of a file of the batch. */
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

    /** The origin of each example. */
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

  /** Waits for the first batch of a tenant. */
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

  /** Conversations with examples in more than one split. */
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

  private static Batch batch(String key, BatchSealed event, Path store) {
    byte[] manifest = bytes(Path.of(URI.create(event.manifestUri())));
    return new Batch(key, event, read(manifest, BatchManifest.class), sha256(manifest), store);
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
