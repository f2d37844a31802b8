package dev.whetstone.curation.example;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many examples wait for a batch.
 *
 * @param waiting number of examples per form and split
 * @param recent the newest of them per form and split, which rates are computed from
 * @param oldest when the feedback of the one that waits longest was received
 * @param tags of waiting train examples, as far as they were asked for
 */
public record PoolCounts(
    Map<Group, Integer> waiting,
    Map<Group, Recent> recent,
    @Nullable Instant oldest,
    Set<String> tags) {
  public PoolCounts {
    waiting = Map.copyOf(waiting);
    recent = Map.copyOf(recent);
    tags = Set.copyOf(tags);
  }

  /** Examples that are counted together. */
  public record Group(Form form, Split split) {}

  /**
   * Examples received within a window.
   *
   * @param first when the earliest of them was received
   */
  public record Recent(int n, Instant first) {
    Recent with(Instant receivedAt) {
      return new Recent(n + 1, receivedAt.isBefore(first) ? receivedAt : first);
    }
  }

  public int of(Form form, Split split) {
    return waiting.getOrDefault(new Group(form, split), 0);
  }

  /** Of all forms and splits. */
  public int total() {
    return waiting.values().stream().mapToInt(n -> n).sum();
  }

  /** Counts examples that are in memory; rates are computed from those received after a time. */
  public static PoolCounts of(
      Collection<CutExampleRepository.Candidate> candidates, Instant recentFrom) {
    Map<Group, Integer> waiting = new HashMap<>();
    Map<Group, Recent> recent = new HashMap<>();
    Set<String> tags = new HashSet<>();
    Instant oldest = null;
    for (CutExampleRepository.Candidate one : candidates) {
      Group group = new Group(one.form(), one.split());
      Instant received = one.receivedAt();
      waiting.merge(group, 1, Integer::sum);
      if (received.isAfter(recentFrom)) {
        recent.merge(group, new Recent(1, received), (had, _) -> had.with(received));
      }
      if (one.split() == Split.TRAIN) {
        tags.addAll(one.tags());
      }
      oldest = oldest == null || received.isBefore(oldest) ? received : oldest;
    }
    return new PoolCounts(waiting, recent, oldest, tags);
  }
}
