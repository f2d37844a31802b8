package dev.whetstone.curation.intake;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.DecisionEvent;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Records which batches have a decision, so that further ones may be sealed. Adoption is not
 * derived from decisions: see {@link BatchesConsumer}.
 */
@ApplicationScoped
public class DecisionsConsumer {
  private final EventConsumption consumption;
  private final BatchRepository batches;

  public DecisionsConsumer(EventConsumption consumption, BatchRepository batches) {
    this.consumption = consumption;
    this.batches = batches;
  }

  @Incoming("decisions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, DecisionEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<DecisionEvent>> events) {
    for (ReceivedEvent<DecisionEvent> received : events) {
      LoopId loop = received.event().attributes().loop();
      switch (received.data()) {
        case PromotionDecided decided -> batches.decided(loop, decided.batchIds());
        case PromotionApplied _, PromotionFailed _, PromotionRolledBack _ -> {
          // The decision came before; training publishes what they mean for batches.
        }
      }
    }
  }
}
