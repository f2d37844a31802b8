package dev.whetstone.curation.erasure;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who still holds what of an erased subject, and until when. Pure.
 *
 * @param state the worst of the holders' states
 * @param until the latest date of the holders that retain something; null when none does
 */
public record ErasureProgress(String state, @Nullable Instant until, List<Holder> holders) {
  static final String ERASING = "erasing";
  static final String RETAINED = "retained";
  static final String OVERDUE = "overdue";
  static final String DONE = "done";
  private static final List<String> WORST_FIRST = List.of(ERASING, OVERDUE, RETAINED, DONE);

  public ErasureProgress {
    holders = List.copyOf(holders);
  }

  /**
   * One place that holds data.
   *
   * @param state {@code erasing}, {@code retained} until the date, {@code overdue} when the date
   *     has passed and something is left, or {@code done}
   * @param left what is left, for people
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Holder(
      String holder, String state, @Nullable Instant until, @Nullable String left) {}

  /**
   * @param erasures one for each loop, at least one
   * @param deadline time after the request by which nothing may be left
   * @param topicRetention time for which Kafka keeps the events
   */
  static ErasureProgress of(
      List<Erasure> erasures, Duration deadline, Duration topicRetention, Instant now) {
    Instant requested =
        erasures.stream().map(Erasure::requestedAt).min(Instant::compareTo).orElseThrow();
    Instant due = requested.plus(deadline);
    List<String> tainted =
        erasures.stream().flatMap(one -> one.tainted().stream()).distinct().sorted().toList();
    List<Holder> holders = new ArrayList<>();
    holders.add(curation(erasures));
    String batches = tainted.size() == 1 ? "1 sealed batch" : tainted.size() + " sealed batches";
    holders.add(
        inBatches(
            "batches", tainted, due, now, "files of %s: %s".formatted(batches, ids(tainted))));
    holders.add(
        inBatches(
            "models",
            tainted,
            due,
            now,
            "checkpoints trained on %s; eval marks them as tainted".formatted(batches)));
    holders.add(
        inBatches(
            "evaluations",
            tainted,
            due,
            now,
            "items, answers and evidence of evaluations of %s".formatted(batches)));
    holders.add(topics(erasures.getFirst().tombstone().watermark().plus(topicRetention), now));
    String worst =
        holders.stream()
            .map(Holder::state)
            .min(Comparator.comparingInt(WORST_FIRST::indexOf))
            .orElseThrow();
    Instant until =
        holders.stream()
            .map(Holder::until)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElse(null);
    return new ErasureProgress(worst, until, holders);
  }

  private static Holder curation(List<Erasure> erasures) {
    long open = erasures.stream().filter(one -> !one.done()).count();
    return open == 0
        ? new Holder("curation", DONE, null, null)
        : new Holder("curation", ERASING, null, "events and examples of %d loops".formatted(open));
  }

  private static Holder inBatches(
      String holder, List<String> tainted, Instant due, Instant now, String left) {
    if (tainted.isEmpty()) {
      return new Holder(holder, DONE, null, null);
    }
    return new Holder(holder, now.isAfter(due) ? OVERDUE : RETAINED, due, left);
  }

  private static Holder topics(Instant end, Instant now) {
    return now.isAfter(end)
        ? new Holder("topics", DONE, null, null)
        : new Holder("topics", RETAINED, end, "events in Kafka, deleted by the topics' retention");
  }

  private static String ids(List<String> tainted) {
    String some = String.join(", ", tainted.subList(0, Math.min(MOST_IDS, tainted.size())));
    return tainted.size() > MOST_IDS ? some + ", ..." : some;
  }

  private static final int MOST_IDS = 20;
}
