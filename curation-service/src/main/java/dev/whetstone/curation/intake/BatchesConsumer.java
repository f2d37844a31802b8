package dev.whetstone.curation.intake;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Projects the states of batches, which training decides. */
@ApplicationScoped
public class BatchesConsumer {
  private final EventConsumption consumption;
  private final BatchRepository batches;

  public BatchesConsumer(EventConsumption consumption, BatchRepository batches) {
    this.consumption = consumption;
    this.batches = batches;
  }

  @Incoming("batches")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, BatchEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<BatchEvent>> events) {
    for (ReceivedEvent<BatchEvent> received : events) {
      LoopId loop = received.event().attributes().loop();
      switch (received.data()) {
        case BatchAdopted adopted -> batches.adopted(loop, adopted.batchIds());
        case BatchSetAside aside -> batches.setAside(loop, aside.batchIds());
        case BatchSealed _, BatchTainted _ -> {
          // Published by curation itself, from the rows that they describe.
        }
      }
    }
  }
}
