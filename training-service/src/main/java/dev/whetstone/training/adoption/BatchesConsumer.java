package dev.whetstone.training.adoption;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.kit.event.Events;
import dev.whetstone.kit.inbox.Consumption;
import dev.whetstone.kit.inbox.Received;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.batch.Batches;
import dev.whetstone.training.run.Checkpoints;
import dev.whetstone.training.run.RunEnding;
import dev.whetstone.training.run.Runs;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Learns of sealed batches and of examples withdrawn from them. */
@ApplicationScoped
public class BatchesConsumer {
  private final Consumption consumption;
  private final Batches batches;
  private final Runs runs;
  private final Checkpoints checkpoints;
  private final Events events;
  private final Outbox outbox;
  private final LeaseClock clock;

  public BatchesConsumer(
      Consumption consumption,
      Batches batches,
      Runs runs,
      Checkpoints checkpoints,
      Events events,
      Outbox outbox,
      LeaseClock clock) {
    this.consumption = consumption;
    this.batches = batches;
    this.runs = runs;
    this.checkpoints = checkpoints;
    this.events = events;
    this.outbox = outbox;
    this.clock = clock;
  }

  @Incoming("batches")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<Received> received) {
    for (Received one : received) {
      LoopId loop = one.event().attributes().loop();
      switch (one.event().data()) {
        case BatchSealed sealed -> batches.add(loop, sealed);
        case BatchTainted tainted -> taint(loop, tainted);
        default -> {
          // Other types on this topic are for others.
        }
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
            .map(Checkpoints.Known::checkpointId)
            .toList();
    for (String checkpointId : checkpointIds) {
      checkpoints.move(loop, checkpointId, Checkpoints.State.TAINTED, clock.now());
      outbox.add(
          events.create(
              loop,
              RunEnding.SOURCE,
              checkpointId,
              loop.key(),
              new CheckpointTainted(checkpointId, tainted.reason(), erasureId)));
    }
    runs.supersedeStartedFrom(loop, checkpointIds, reason);
  }
}
