package dev.whetstone.eval.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears of batches. */
@ApplicationScoped
public class BatchConsumer {
  private final EventConsumption consumption;
  private final SealedBatchRepository batches;

  public BatchConsumer(EventConsumption consumption, SealedBatchRepository batches) {
    this.consumption = consumption;
    this.batches = batches;
  }

  @Incoming("batches")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<ReceivedEvent> received) {
    for (ReceivedEvent one : received) {
      LoopId loop = one.event().attributes().loop();
      switch (one.event().data()) {
        case BatchSealed sealed -> batches.record(loop, sealed);
        case BatchTainted tainted -> batches.record(loop, tainted);
        default ->
            throw new IllegalArgumentException(
                one.event().attributes().type().wireName() + " does not belong on this topic");
      }
    }
  }
}
