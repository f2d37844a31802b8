package dev.whetstone.eval.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Records sealed batches, their states and withdrawn examples. */
@ApplicationScoped
public class BatchConsumer {
  private final EventConsumption consumption;
  private final SealedBatchRepository batches;
  private final EffectProbeRepository probes;
  private final DueLoopRepository due;

  public BatchConsumer(
      EventConsumption consumption,
      SealedBatchRepository batches,
      EffectProbeRepository probes,
      DueLoopRepository due) {
    this.consumption = consumption;
    this.batches = batches;
    this.probes = probes;
    this.due = due;
  }

  @Incoming("batches")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, BatchEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<BatchEvent>> received) {
    Set<LoopId> loops = new HashSet<>();
    for (ReceivedEvent<BatchEvent> one : received) {
      LoopId loop = one.event().attributes().loop();
      loops.add(loop);
      switch (one.data()) {
        case BatchSealed sealed -> batches.record(loop, sealed);
        case BatchAdopted adopted -> batches.record(loop, adopted);
        case BatchSetAside aside -> batches.record(loop, aside);
        case BatchTainted tainted -> {
          batches.record(loop, tainted);
          probes.deleteItems(loop, tainted.withdrawnExampleIds());
        }
      }
    }
    due.wakeAll(loops, WorkKind.EVALUATION);
  }
}
