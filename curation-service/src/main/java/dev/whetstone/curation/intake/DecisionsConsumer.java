package dev.whetstone.curation.intake;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.curation.batch.BatchAdoption;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes what the judge decided, which moves batches. */
@ApplicationScoped
public class DecisionsConsumer {
  private final EventConsumption consumption;
  private final BatchAdoption decisions;

  public DecisionsConsumer(EventConsumption consumption, BatchAdoption decisions) {
    this.consumption = consumption;
    this.decisions = decisions;
  }

  @Incoming("decisions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<ReceivedEvent> events) {
    for (ReceivedEvent received : events) {
      LoopId loop = received.event().attributes().loop();
      switch (received.event().data()) {
        case PromotionDecided decided -> decisions.decided(loop, decided);
        case PromotionApplied applied -> decisions.applied(loop, applied);
        case PromotionRolledBack rolledBack -> decisions.rolledBack(loop, rolledBack);
        // A promotion that failed leaves the champion and the batches as they were.
        default -> {}
      }
    }
  }
}
