package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.chain.Funnel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a batch depends on. Its canonical JSON is {@code cut.json}; it holds no clock and no
 * text of any example, only digests of them.
 *
 * @param suites digests of the suites that examples were kept apart from, by name
 * @param seed of keyed hashes
 * @param events keys of all events of kept examples, sorted
 * @param examples every example that was judged, kept or not, by id; what is kept has the id that
 *     the batch gives it, which differs from the digest of its content where that is spent
 * @param quarantined examples in quarantine when it was decided
 * @param adoption state of every earlier batch, by id
 * @param admission of what came since the parent batch; the {@code funnel} is that of this cut
 * @param warnings for the card's reader
 */
record Cut(
    int version,
    String tenant,
    String loop,
    long sequence,
    BatchTrigger trigger,
    String loopSpecSha256,
    @Nullable String parentBatchId,
    Map<String, String> suites,
    long seed,
    List<String> events,
    List<Judged> examples,
    int quarantined,
    Map<String, String> adoption,
    Ledger tombstones,
    List<WeakSlice> findings,
    AdmissionCounts admission,
    Funnel funnel,
    List<String> warnings) {

  /**
   * @param bodySha256 of the whole example as it goes in, absent for what was dropped
   * @param verdict {@code keep}, {@code quarantine} or {@code reject}
   */
  record Judged(
      String exampleId,
      String rowId,
      String form,
      Split split,
      double score,
      double sampleWeight,
      String verdict,
      @Nullable String stage,
      @Nullable String reason,
      @Nullable String bodySha256) {}

  /** The tombstones that were honoured: how many, and a digest over them. */
  record Ledger(int count, String sha256) {}
}
