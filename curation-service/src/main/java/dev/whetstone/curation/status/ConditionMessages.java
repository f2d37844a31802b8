package dev.whetstone.curation.status;

import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.erasure.ErasureRepository.Unfinished;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.operations.SealBlockers;
import dev.whetstone.curation.seal.SealDecision;
import dev.whetstone.kit.loop.LoopCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Words the conditions of a loop's status. Pure. */
final class ConditionMessages {
  /** The fates that a reader looks for; the others are named where they occur. */
  private static final List<Fate> ALWAYS_SHOWN =
      List.of(Fate.USED, Fate.READY, Fate.WAITING, Fate.QUARANTINED, Fate.REJECTED);

  private ConditionMessages() {}

  static LoopCondition receiving(Map<Fate, Long> fates) {
    long total = fates.values().stream().mapToLong(Long::longValue).sum();
    if (total == 0) {
      return LoopCondition.of("Receiving", false, "Nothing", "no event has arrived yet");
    }
    String shown =
        Stream.concat(
                ALWAYS_SHOWN.stream(),
                Arrays.stream(Fate.values())
                    .filter(fate -> !ALWAYS_SHOWN.contains(fate) && fates.containsKey(fate)))
            .map(
                fate ->
                    String.format(
                        Locale.ROOT, "%,d %s", fates.getOrDefault(fate, 0L), fate.wireName()))
            .collect(Collectors.joining(", "));
    String message = String.format(Locale.ROOT, "%,d events: %s", total, shown);
    return LoopCondition.of("Receiving", true, "Receiving", message);
  }

  /**
   * @param blocker what keeps the next batch from being sealed
   */
  static LoopCondition curating(
      SealDecision decision, List<Batch> sealed, SealBlockers.@Nullable Blocker blocker) {
    if (blocker != null) {
      return LoopCondition.of("Curating", false, blocker.reason(), blocker.message());
    }
    String before =
        sealed.isEmpty() ? "" : "batch " + sealed.getLast().sequence() + " is sealed; next: ";
    return switch (decision) {
      case SealDecision.Seal _ ->
          LoopCondition.of("Curating", true, "Sealing", before + "a batch is being cut");
      case SealDecision.Wait wait ->
          LoopCondition.of("Curating", true, "Gathering", before + wait.message());
    };
  }

  /**
   * What is left of the loop's erasures; null when nothing is.
   *
   * @param deadline time after a request by which nothing may be left
   */
  static @Nullable LoopCondition erasing(Unfinished left, Duration deadline, Instant now) {
    if (left.open() > 0) {
      String message = "%d erasures are being carried out".formatted(left.open());
      return LoopCondition.of("Erasing", true, "Erasing", message);
    }
    if (left.firstRequest() == null) {
      return null;
    }
    Instant due = left.firstRequest().plus(deadline);
    boolean overdue = now.isAfter(due);
    String message =
        "sealed batches hold texts of %d erasures, %s %s; see GET /v1/erasures/ID"
            .formatted(
                left.inBatches(), overdue ? "which had to be gone by" : "retained until", due);
    return LoopCondition.of("Erasing", !overdue, overdue ? "Overdue" : "Retained", message);
  }

  static String forecast(SealDecision decision) {
    return switch (decision) {
      case SealDecision.Seal _ -> "decidable now";
      case SealDecision.Wait wait -> wait.message();
    };
  }
}
