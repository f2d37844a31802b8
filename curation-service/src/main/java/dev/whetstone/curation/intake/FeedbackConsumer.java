package dev.whetstone.curation.intake;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.kit.inbox.FairConsumption;
import dev.whetstone.kit.inbox.SpoolDrain;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes interactions, feedback, retractions and erasures, the tenants in turns. */
@ApplicationScoped
public class FeedbackConsumer {
  private final FairConsumption consumption;
  private final SpoolDrain<FeedbackEvent> drain;

  public FeedbackConsumer(FairConsumption consumption, FeedbackIntake intake) {
    this.consumption = consumption;
    this.drain = consumption.drain(TopicNames.FEEDBACK, FeedbackEvent.class, intake, intake::loads);
  }

  void start(@Observes StartupEvent event) {
    drain.start();
  }

  void stop(@Observes ShutdownEvent event) {
    drain.stop();
  }

  @Incoming("feedback")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, drain);
  }
}
