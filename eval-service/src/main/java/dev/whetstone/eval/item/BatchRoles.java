package dev.whetstone.eval.item;

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
public record BatchRoles(List<SealedBatch> fresh, List<SealedBatch> retain) {

  /**
   * What was rejected never comes back. An undecided candidate that is looked at again is also held
   * against batches sealed since.
   *
   * @param known oldest first
   * @param trainedOn of the candidate; empty for an adapter made elsewhere, which is held against
   *     the newest batch that was not set aside. That may be an adopted one: neither model was
   *     trained on its test items.
   */
  public static BatchRoles of(
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
    if (trainedOn.isEmpty()) {
      return elsewhere(usable, adopted);
    }
    long newest =
        known.stream()
            .filter(batch -> trainedOn.contains(batch.batchId()))
            .mapToLong(SealedBatch::sequence)
            .max()
            .orElse(0);
    List<SealedBatch> fresh =
        usable.stream()
            .filter(batch -> !adopted.contains(batch.batchId()))
            .filter(
                batch ->
                    trainedOn.contains(batch.batchId()) || (look > 1 && batch.sequence() > newest))
            .toList();
    List<SealedBatch> retain =
        usable.stream().filter(batch -> adopted.contains(batch.batchId())).toList();
    return new BatchRoles(fresh, retain);
  }

  private static BatchRoles elsewhere(List<SealedBatch> usable, Set<String> adopted) {
    List<SealedBatch> fresh = usable.isEmpty() ? List.of() : List.of(usable.getLast());
    return new BatchRoles(
        fresh,
        usable.stream()
            .filter(batch -> adopted.contains(batch.batchId()) && !fresh.contains(batch))
            .toList());
  }
}
