package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.training.batch.BatchRepository.NewBatches;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * When to look again at loops whose new batches cannot train yet. Such a loop is left alone until a
 * time, or until its new batches change.
 */
final class PlanningSchedule {
  private final ConcurrentMap<LoopId, Look> looks = new ConcurrentHashMap<>();

  private record Look(String version, Instant next) {}

  /** The loops to plan now; others that are no longer named are forgotten. */
  List<NewBatches> due(List<NewBatches> all, Instant now) {
    Set<LoopId> named = all.stream().map(NewBatches::loop).collect(Collectors.toSet());
    looks.keySet().retainAll(named);
    return all.stream().filter(each -> isDue(each, now)).toList();
  }

  private boolean isDue(NewBatches batches, Instant now) {
    Look look = looks.get(batches.loop());
    return look == null || !look.version().equals(batches.version()) || !look.next().isAfter(now);
  }

  /** These batches cannot train yet. */
  void postpone(NewBatches batches, Instant until) {
    looks.put(batches.loop(), new Look(batches.version(), until));
  }
}
