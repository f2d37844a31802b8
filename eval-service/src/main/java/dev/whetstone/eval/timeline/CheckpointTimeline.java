package dev.whetstone.eval.timeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.decision.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The evaluations, decisions and rollouts of a checkpoint.
 *
 * @param runId absent for an adapter that was trained elsewhere
 * @param state {@code judging}, {@code decided}, {@code champion}, {@code replaced}
 * @param tainted why it may no longer be used; absent if it may
 * @param events what happened, oldest first, for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointTimeline(
    String checkpointId,
    String loop,
    @Nullable String runId,
    List<String> batchIds,
    String servedName,
    String state,
    @Nullable String tainted,
    Map<String, Double> metrics,
    List<Look> looks,
    List<Long> generations,
    List<TimelineEvent> events) {
  public CheckpointTimeline {
    batchIds = List.copyOf(batchIds);
    metrics = Map.copyOf(metrics);
    looks = List.copyOf(looks);
    generations = List.copyOf(generations);
    events = List.copyOf(events);
  }

  /** One evaluation of the checkpoint. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Look(
      int look,
      long championGeneration,
      String state,
      @Nullable String decisionId,
      @Nullable Verdict verdict,
      @Nullable String reason,
      @Nullable String page,
      List<WorstItem> worst) {
    public Look {
      worst = List.copyOf(worst);
    }
  }

  /** An item that the candidate scored lower on than the champion. Erased texts are absent. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WorstItem(
      String item,
      double difference,
      @Nullable String question,
      @Nullable String reference,
      @Nullable String champion,
      @Nullable String candidate) {}

  /** One event of the timeline. */
  public record TimelineEvent(Instant at, String what) {}
}
