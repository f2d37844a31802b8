package dev.whetstone.curation.intake;

import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.kit.inbox.EventConsumption;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes interactions, feedback, retractions and erasures. */
@ApplicationScoped
public class FeedbackConsumer {
  private final EventConsumption consumption;
  private final FeedbackIntake intake;

  public FeedbackConsumer(EventConsumption consumption, FeedbackIntake intake) {
    this.consumption = consumption;
    this.intake = intake;
  }

  @Incoming("feedback")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, FeedbackEvent.class, intake, intake::loads);
  }
}
