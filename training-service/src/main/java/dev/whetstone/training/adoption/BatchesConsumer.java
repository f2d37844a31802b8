package dev.whetstone.training.adoption;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.adoption.ExternalCandidateRepository.Outcome;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.BatchStateRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Records sealed batches and the examples withdrawn from them. */
@ApplicationScoped
public class BatchesConsumer {
  private final EventConsumption consumption;
  private final BatchRepository batches;
  private final BatchStateRepository states;
  private final ExternalCandidateRepository externalCandidates;
  private final RunRepository runs;
  private final CheckpointRepository checkpoints;
  private final EventFactory events;
  private final Outbox outbox;
  private final LeaseClock clock;

  public BatchesConsumer(
      EventConsumption consumption,
      BatchRepository batches,
      BatchStateRepository states,
      ExternalCandidateRepository externalCandidates,
      RunRepository runs,
      CheckpointRepository checkpoints,
      EventFactory events,
      Outbox outbox,
      LeaseClock clock) {
    this.consumption = consumption;
    this.batches = batches;
    this.states = states;
    this.externalCandidates = externalCandidates;
    this.runs = runs;
    this.checkpoints = checkpoints;
    this.events = events;
    this.outbox = outbox;
    this.clock = clock;
  }

  @Incoming("batches")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, BatchEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<BatchEvent>> received) {
    for (ReceivedEvent<BatchEvent> one : received) {
      LoopId loop = one.event().attributes().loop();
      switch (one.data()) {
        case BatchSealed sealed -> add(loop, sealed);
        case BatchTainted tainted -> taint(loop, tainted);
        case BatchAdopted _, BatchSetAside _ -> {
          // Published by training itself, from the rows that they describe.
        }
      }
    }
  }

  /** A decision about an adapter made elsewhere may have arrived before the batch it names. */
  private void add(LoopId loop, BatchSealed sealed) {
    externalCandidates.lock(loop);
    batches.add(loop, sealed);
    List<String> batchId = List.of(sealed.batchId());
    for (Outcome outcome : externalCandidates.outcomes(loop, sealed.batchId())) {
      switch (outcome) {
        case Outcome.Adopted adopted -> states.adopt(loop, batchId, adopted.cause());
        case Outcome.SetAside aside ->
            states.setAside(loop, batchId, aside.cause(), aside.reason());
      }
    }
  }

  /**
   * A withdrawn example stays out of later runs. An erasure goes further: a live run with the batch
   * starts anew, and every checkpoint trained on it is tainted, with all that started from it.
   */
  private void taint(LoopId loop, BatchTainted tainted) {
    String erasureId = tainted.erasureId();
    if (erasureId != null) {
      // A run that is being made of the batch is there to supersede once this is granted.
      batches.lockTrainable(loop);
    }
    batches.withdrawExamples(loop, tainted);
    if (erasureId == null) {
      return;
    }
    String reason = "examples of batch " + tainted.batchId() + " were erased (" + erasureId + ")";
    runs.supersede(loop, List.of(tainted.batchId()), reason);
    List<String> checkpointIds =
        checkpoints.trainedOn(loop, tainted.batchId()).stream()
            .map(CheckpointRepository.Known::checkpointId)
            .toList();
    for (String checkpointId : checkpointIds) {
      checkpoints.move(loop, checkpointId, CheckpointRepository.State.TAINTED, clock.now());
      outbox.add(
          events.create(
              loop,
              RunFinisher.SOURCE,
              checkpointId,
              loop.key(),
              new CheckpointTainted(checkpointId, tainted.reason(), erasureId)));
    }
    runs.supersedeStartedFrom(loop, checkpointIds, reason);
  }
}
