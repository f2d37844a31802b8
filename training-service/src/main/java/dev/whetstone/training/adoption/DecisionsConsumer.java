package dev.whetstone.training.adoption;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.adoption.AdoptionRule.Effect;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository.State;
import dev.whetstone.training.run.RunRepository;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Learns what became of candidates. */
@ApplicationScoped
public class DecisionsConsumer {
  private final EventConsumption consumption;
  private final CheckpointRepository checkpoints;
  private final BatchRepository batches;
  private final RunRepository runs;
  private final LeaseClock clock;

  public DecisionsConsumer(
      EventConsumption consumption,
      CheckpointRepository checkpoints,
      BatchRepository batches,
      RunRepository runs,
      LeaseClock clock) {
    this.consumption = consumption;
    this.checkpoints = checkpoints;
    this.batches = batches;
    this.runs = runs;
    this.clock = clock;
  }

  @Incoming("decisions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<ReceivedEvent> events) {
    Instant now = clock.now();
    for (ReceivedEvent received : events) {
      AdoptionRule.of(received.event().data())
          .ifPresent(effect -> apply(received.event(), effect, now));
    }
  }

  private void apply(Event<?> event, Effect effect, Instant now) {
    LoopId loop = event.attributes().loop();
    String checkpointId = effect.checkpointId();
    List<String> trainedOn = trainedOn(loop, event, checkpointId);
    switch (effect) {
      case Effect.Promoted _ -> checkpoints.move(loop, checkpointId, State.PROMOTED, now);
      case Effect.KeepPending _ -> checkpoints.move(loop, checkpointId, State.OPEN, now);
      case Effect.Failed _ -> checkpoints.move(loop, checkpointId, State.FAILED, now);
      case Effect.Adopt _ -> {
        checkpoints.move(loop, checkpointId, State.APPLIED, now);
        batches.adopt(loop, trainedOn, checkpointId);
      }
      case Effect.SetAside aside -> {
        checkpoints.move(loop, checkpointId, State.REJECTED, now);
        supersede(loop, batches.setAside(loop, trainedOn, aside.reason()), checkpointId);
      }
      case Effect.RollBack back -> {
        checkpoints.move(loop, checkpointId, State.ROLLED_BACK, now);
        supersede(loop, broughtIn(loop, trainedOn, back), checkpointId);
      }
    }
  }

  /**
   * Sets aside what a withdrawn candidate brought in: adopted with it, or still pending when it
   * never was in service wholly. Answers the ids.
   */
  private List<String> broughtIn(LoopId loop, List<String> trainedOn, Effect.RollBack back) {
    List<String> left = new ArrayList<>(batches.setAside(loop, trainedOn, back.reason()));
    left.addAll(batches.setAsideAdoptedBy(loop, back.checkpointId(), back.reason()));
    return left;
  }

  /** The batches of a run of ours; of an adapter made elsewhere, those that the decision names. */
  private List<String> trainedOn(LoopId loop, Event<?> event, String checkpointId) {
    return checkpoints
        .find(loop, checkpointId)
        .map(CheckpointRepository.Known::batchIds)
        .orElseGet(
            () ->
                event.data() instanceof PromotionDecided decided ? decided.batchIds() : List.of());
  }

  /** What was refused must not come back with a run that is under way. */
  private void supersede(LoopId loop, List<String> setAside, String checkpointId) {
    if (!setAside.isEmpty()) {
      runs.supersede(
          loop,
          setAside,
          "it trained on batches that were set aside with checkpoint " + checkpointId);
    }
  }
}
