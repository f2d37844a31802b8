package dev.whetstone.eval.judge;

import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.decision.Decision;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which batches' test items say that a candidate is better (FRESH) and which that nothing adopted
 * was lost (RETAIN).
 *
 * @param fresh those the candidate was trained on and that are not adopted: the judged batch and
 *     earlier undecided ones
 * @param retain adopted ones
 */
record BatchRoles(List<SealedBatch> fresh, List<SealedBatch> retain) {

  /**
   * What was rejected never comes back. An undecided candidate that is looked at again is also held
   * against batches sealed since.
   *
   * @param known oldest first
   * @param trainedOn of the candidate; empty for an adapter made elsewhere, which is held against
   *     the newest batch
   */
  static BatchRoles of(
      List<SealedBatch> known, List<Decision> decisions, List<String> trainedOn, int look) {
    Set<String> adopted = new HashSet<>();
    Set<String> rejected = new HashSet<>();
    for (Decision decision : decisions) {
      if (decision.adoption() == Decision.Adoption.ADOPTED) {
        adopted.addAll(decision.body().batchIds());
      }
      rejected.addAll(decision.rejectedBatches());
    }
    rejected.removeAll(adopted);
    List<SealedBatch> usable =
        known.stream().filter(batch -> !rejected.contains(batch.batchId())).toList();
    long newest =
        known.stream()
            .filter(batch -> trainedOn.contains(batch.batchId()))
            .mapToLong(SealedBatch::sequence)
            .max()
            .orElse(known.isEmpty() ? 0 : known.getLast().sequence() - 1);
    List<SealedBatch> fresh =
        usable.stream()
            .filter(batch -> !adopted.contains(batch.batchId()))
            .filter(
                batch ->
                    trainedOn.contains(batch.batchId())
                        || ((look > 1 || trainedOn.isEmpty()) && batch.sequence() > newest))
            .toList();
    List<SealedBatch> retain =
        usable.stream().filter(batch -> adopted.contains(batch.batchId())).toList();
    return new BatchRoles(fresh, retain);
  }
}
