package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.chain.Funnel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a batch depends on. Its canonical JSON is {@code cut.json}; it contains no time
 * and no text of examples, only their digests.
 *
 * @param suites digests of the suites that examples were decontaminated against, by name
 * @param seed of keyed hashes
 * @param events keys of all events of kept examples, sorted
 * @param examples every judged example, kept or dropped, by id; a kept one has the id that the
 *     batch gives it, which has a suffix where the digest of its content is taken
 * @param quarantined number of examples in quarantine at the time of the cut
 * @param adoption state of every earlier batch, by batch id
 * @param admission counts since the parent batch; {@code funnel} counts this cut
 * @param warnings for readers of the dataset card
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
   * @param bodySha256 of the whole example in the batch; absent for a dropped one
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

  /** The tombstones that applied: their number, and a digest over them. */
  record Ledger(int count, String sha256) {}
}
