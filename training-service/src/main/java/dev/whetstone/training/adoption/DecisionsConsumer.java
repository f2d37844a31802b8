package dev.whetstone.training.adoption;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.DecisionEvent;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.adoption.AdoptionRule.Effect;
import dev.whetstone.training.adoption.ExternalCandidateRepository.Outcome;
import dev.whetstone.training.batch.BatchStateRepository;
import dev.whetstone.training.batch.BatchStateRepository.Cause;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository.State;
import dev.whetstone.training.run.RunRepository;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;

/** Applies decisions about candidates to their checkpoints and batches. */
@ApplicationScoped
public class DecisionsConsumer {
  private final EventConsumption consumption;
  private final CheckpointRepository checkpoints;
  private final ExternalCandidateRepository externalCandidates;
  private final BatchStateRepository batches;
  private final RunRepository runs;
  private final LeaseClock clock;

  public DecisionsConsumer(
      EventConsumption consumption,
      CheckpointRepository checkpoints,
      ExternalCandidateRepository externalCandidates,
      BatchStateRepository batches,
      RunRepository runs,
      LeaseClock clock) {
    this.consumption = consumption;
    this.checkpoints = checkpoints;
    this.externalCandidates = externalCandidates;
    this.batches = batches;
    this.runs = runs;
    this.clock = clock;
  }

  @Incoming("decisions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, DecisionEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<DecisionEvent>> events) {
    Instant now = clock.now();
    for (ReceivedEvent<DecisionEvent> received : events) {
      apply(received.event().attributes().loop(), received.data(), now);
    }
  }

  private void apply(LoopId loop, DecisionEvent event, Instant now) {
    Effect effect = AdoptionRule.of(event);
    String checkpointId = effect.checkpointId();
    List<String> trainedOn = trainedOn(loop, event, checkpointId);
    Cause cause = new Cause(checkpointId, decisionId(event));
    switch (effect) {
      case Effect.Promoted _ -> checkpoints.move(loop, checkpointId, State.PROMOTED, now);
      case Effect.KeepPending _ -> checkpoints.move(loop, checkpointId, State.OPEN, now);
      case Effect.Failed _ -> checkpoints.move(loop, checkpointId, State.FAILED, now);
      case Effect.Adopt _ -> {
        checkpoints.move(loop, checkpointId, State.APPLIED, now);
        externalCandidates.settle(loop, new Outcome.Adopted(cause));
        batches.adopt(loop, trainedOn, cause);
      }
      case Effect.SetAside aside -> {
        checkpoints.move(loop, checkpointId, State.REJECTED, now);
        externalCandidates.settle(loop, new Outcome.SetAside(cause, aside.reason()));
        supersede(loop, batches.setAside(loop, trainedOn, cause, aside.reason()), checkpointId);
      }
      case Effect.RollBack back -> {
        checkpoints.move(loop, checkpointId, State.ROLLED_BACK, now);
        externalCandidates.settle(loop, new Outcome.SetAside(cause, back.reason()));
        supersede(loop, batches.rollBack(loop, trainedOn, cause, back.reason()), checkpointId);
      }
    }
  }

  /**
   * The batches of a run of training; for an adapter made elsewhere, those that its decision names.
   * Only {@code promotion.decided} names them, so they are recorded for the events that follow it.
   */
  private List<String> trainedOn(LoopId loop, DecisionEvent event, String checkpointId) {
    return checkpoints
        .find(loop, checkpointId)
        .map(CheckpointRepository.Known::batchIds)
        .orElseGet(
            () -> {
              externalCandidates.lock(loop);
              if (event instanceof PromotionDecided decided) {
                externalCandidates.record(loop, checkpointId, decided.batchIds());
              }
              return externalCandidates.batchIds(loop, checkpointId);
            });
  }

  private static @Nullable String decisionId(DecisionEvent event) {
    return switch (event) {
      case PromotionDecided decided -> decided.decisionId();
      case PromotionApplied applied -> applied.decisionId();
      case PromotionFailed failed -> failed.decisionId();
      case PromotionRolledBack back -> back.decisionId();
    };
  }

  /** A run that is under way must not bring batches back that were set aside. */
  private void supersede(LoopId loop, List<String> setAside, String checkpointId) {
    if (!setAside.isEmpty()) {
      runs.supersede(
          loop,
          setAside,
          "it trained on batches that were set aside with checkpoint " + checkpointId);
    }
  }
}
