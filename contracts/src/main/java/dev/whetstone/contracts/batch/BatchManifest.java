package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a sealed batch. It is written last, so that a batch with a manifest is complete;
 * its SHA-256 is the batch id. It contains no timestamp: the same cut gives the same bytes
 * (invariant I9).
 *
 * @param version of this format, 1
 * @param cutSha256 digest of {@code cut.json}, from which everything else follows
 * @param counts rows per form and split
 * @param funnel rejected and quarantined examples per reason, and {@code kept}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchManifest(
    int version,
    String tenant,
    String loop,
    long sequence,
    String loopSpecSha256,
    @Nullable String parentBatchId,
    BatchTrigger trigger,
    String cutSha256,
    Map<String, SplitCounts> counts,
    Map<String, Integer> funnel,
    List<BatchFile> files) {
  public BatchManifest {
    counts = Map.copyOf(counts);
    funnel = Map.copyOf(funnel);
    files = List.copyOf(files);
  }

  /** The rows of one form and split, if the batch has any. */
  public Optional<BatchFile> file(Form form, Split split) {
    return files.stream().filter(f -> f.form() == form && f.split() == split).findFirst();
  }

  /** A file by its {@code path}. */
  public Optional<BatchFile> file(String path) {
    return files.stream().filter(f -> f.path().equals(path)).findFirst();
  }
}
