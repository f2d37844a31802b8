package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.BinaryRow;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.LineageRow;
import dev.whetstone.contracts.batch.PreferenceRow;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.example.Example;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The bytes of a batch's files. Pure: the same cut and examples give the same bytes (I9).
 *
 * @param blobs bytes of each file, by its path
 */
record BatchFiles(BatchManifest manifest, Map<String, ObjectContent> contents) {
  public BatchFiles {
    contents = Map.copyOf(contents);
  }

  /** The manifest's bytes; their digest is the batch id. */
  byte[] manifestBytes() {
    return Json.canonical(manifest);
  }

  String batchId() {
    return ContentDigests.sha256(manifestBytes());
  }

  /** The object key of the manifest. */
  String manifestKey() {
    return "batches/%s/%s/%s/manifest.json"
        .formatted(manifest.tenant(), manifest.loop(), batchId());
  }

  /** Object keys of the batch's blobs. */
  List<String> blobKeys() {
    return manifest.files().stream().map(BatchFile::blob).distinct().sorted().toList();
  }

  /** Object keys that sealing writes. */
  List<String> keys() {
    List<String> keys = new ArrayList<>(blobKeys());
    keys.add(manifestKey());
    return keys;
  }

  static BatchFiles of(Cut cut, Collection<Example> examples) {
    List<Example> ordered =
        examples.stream()
            .sorted(
                Comparator.comparing(Example::id)
                    .thenComparing(example -> example.provenance().eventKeys().toString()))
            .toList();
    var files = new ArrayList<BatchFile>();
    Map<String, ObjectContent> contents = new TreeMap<>();
    Map<String, SplitCounts> counts = new TreeMap<>();
    for (Form form : Form.values()) {
      int[] perSplit = new int[Split.values().length];
      for (Split split : Split.values()) {
        List<Example> part =
            ordered.stream()
                .filter(one -> one.form() == form && one.provenance().split() == split)
                .toList();
        perSplit[split.ordinal()] = part.size();
        if (!part.isEmpty()) {
          String path = form.wireName() + "/" + split.wireName() + ".jsonl";
          contents.put(path, lines(part, BatchFiles::row));
          files.add(file(path, form, split, part.size(), contents.get(path)));
        }
      }
      counts.put(form.wireName(), new SplitCounts(perSplit[0], perSplit[1], perSplit[2]));
    }
    byte[] cutBytes = Json.canonical(cut);
    contents.put("lineage.jsonl", lines(ordered, BatchFiles::lineage));
    contents.put("cut.json", ObjectContent.of(cutBytes));
    String card = DatasetCard.of(cut, ordered, counts);
    contents.put("card.md", ObjectContent.of(card.getBytes(StandardCharsets.UTF_8)));
    files.add(file("lineage.jsonl", null, null, ordered.size(), contents.get("lineage.jsonl")));
    files.add(file("cut.json", null, null, 1, contents.get("cut.json")));
    files.add(file("card.md", null, null, 1, contents.get("card.md")));
    files.sort(Comparator.comparing(BatchFile::path));
    var manifest =
        new BatchManifest(
            1,
            cut.tenant(),
            cut.loop(),
            cut.sequence(),
            cut.loopSpecSha256(),
            cut.parentBatchId(),
            cut.trigger(),
            ContentDigests.sha256(cutBytes),
            counts,
            funnel(cut, ordered.size()),
            files);
    return new BatchFiles(manifest, contents);
  }

  private static Map<String, Integer> funnel(Cut cut, int kept) {
    Map<String, Integer> funnel = new TreeMap<>(cut.funnel().reasons());
    cut.admission().reasons().forEach((reason, n) -> funnel.merge(reason, n, Integer::sum));
    funnel.put("kept", kept);
    return funnel;
  }

  private static ObjectContent lines(List<Example> examples, Function<Example, Object> row) {
    return ObjectContent.jsonLines(() -> examples.stream().map(row).iterator());
  }

  private static BatchFile file(
      String path, Form form, Split split, int rows, ObjectContent content) {
    DigestingSink sink = new DigestingSink();
    try {
      content.writeTo(sink);
    } catch (IOException e) {
      throw new UncheckedIOException("a batch's file in memory cannot be read", e);
    }
    String sha256 = ContentDigests.hex(sink.digest.digest());
    return new BatchFile(path, ObjectStore.blobKey(sha256), form, split, sink.bytes, rows, sha256);
  }

  /** Counts and digests what is written to it, and keeps nothing. */
  private static final class DigestingSink extends OutputStream {
    private final MessageDigest digest = ContentDigests.newSha256();
    private long bytes;

    @Override
    public void write(int one) {
      digest.update((byte) one);
      bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      digest.update(buffer, offset, length);
      bytes += length;
    }
  }

  private static Object row(Example example) {
    return switch (example.form()) {
      case SFT ->
          new SftRow(example.id(), weighted(example), example.tools(), example.sampleWeight());
      case PREFERENCE ->
          new PreferenceRow(
              example.id(),
              example.prompt(),
              Objects.requireNonNull(example.chosen()),
              Objects.requireNonNull(example.rejected()),
              example.tools(),
              example.sampleWeight());
      case BINARY ->
          new BinaryRow(
              example.id(),
              example.prompt(),
              Objects.requireNonNull(example.completion()),
              Boolean.TRUE.equals(example.label()),
              example.tools(),
              example.sampleWeight());
    };
  }

  /**
   * The last assistant turn, the one with feedback, contributes to the loss, and so do earlier ones
   * to which a demonstration gave weight 1.
   */
  private static List<ChatMessage> weighted(Example example) {
    var messages = new ArrayList<>(example.prompt());
    messages.addAll(Objects.requireNonNull(example.completion()));
    int last = messages.size() - 1;
    while (last >= 0 && !messages.get(last).role().equals("assistant")) {
      last--;
    }
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).role().equals("assistant")) {
        boolean learned = i == last || Objects.equals(messages.get(i).weight(), 1);
        messages.set(i, messages.get(i).withWeight(learned ? 1 : 0));
      }
    }
    return messages;
  }

  private static Object lineage(Example example) {
    var provenance = example.provenance();
    return new LineageRow(
        example.id(),
        example.form(),
        provenance.split(),
        provenance.eventKeys(),
        provenance.endUserDigest(),
        provenance.conversationId(),
        example.scores(),
        example.redactions(),
        provenance.tags(),
        provenance.synthetic());
  }
}
