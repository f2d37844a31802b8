package dev.whetstone.eval.item;

import dev.whetstone.eval.batch.SealedBatch;
import java.util.List;

/**
 * The batches whose test items show that a candidate is better (FRESH), and those whose test items
 * show that nothing adopted was lost (RETAIN). Adoption is training's decision and is read from the
 * batches' states.
 *
 * @param fresh those that the candidate was trained on and that are not adopted: the newest batch
 *     and earlier pending ones
 * @param retain adopted ones
 */
public record BatchRoles(List<SealedBatch> fresh, List<SealedBatch> retain) {

  /**
   * Assigns the roles. Batches that were set aside have none. An undecided candidate that is
   * evaluated again is also compared on the batches that were sealed since.
   *
   * @param known oldest first
   * @param trainedOn of the candidate; empty for an adapter trained elsewhere, which is compared on
   *     the newest batch that was not set aside. That may be an adopted one: neither model was
   *     trained on its test items.
   */
  public static BatchRoles of(List<SealedBatch> known, List<String> trainedOn, int look) {
    List<SealedBatch> usable = known.stream().filter(SealedBatch::isUsable).toList();
    if (trainedOn.isEmpty()) {
      return elsewhere(usable);
    }
    long newest =
        known.stream()
            .filter(batch -> trainedOn.contains(batch.batchId()))
            .mapToLong(SealedBatch::sequence)
            .max()
            .orElse(0);
    List<SealedBatch> fresh =
        usable.stream()
            .filter(batch -> !batch.isAdopted())
            .filter(
                batch ->
                    trainedOn.contains(batch.batchId()) || (look > 1 && batch.sequence() > newest))
            .toList();
    return new BatchRoles(fresh, usable.stream().filter(SealedBatch::isAdopted).toList());
  }

  private static BatchRoles elsewhere(List<SealedBatch> usable) {
    List<SealedBatch> fresh = usable.isEmpty() ? List.of() : List.of(usable.getLast());
    return new BatchRoles(
        fresh,
        usable.stream().filter(SealedBatch::isAdopted).filter(b -> !fresh.contains(b)).toList());
  }
}
