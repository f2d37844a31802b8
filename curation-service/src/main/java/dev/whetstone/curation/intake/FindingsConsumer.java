package dev.whetstone.curation.intake;

import dev.whetstone.contracts.event.EventData.FindingEvent;
import dev.whetstone.contracts.event.FindingReported;
import dev.whetstone.curation.finding.FindingRepository;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes weak slices that evaluation found; the next cut takes them first. */
@ApplicationScoped
public class FindingsConsumer {
  private final EventConsumption consumption;
  private final FindingRepository findings;

  public FindingsConsumer(EventConsumption consumption, FindingRepository findings) {
    this.consumption = consumption;
    this.findings = findings;
  }

  @Incoming("findings")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, FindingEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<FindingEvent>> events) {
    for (ReceivedEvent<FindingEvent> received : events) {
      switch (received.data()) {
        case FindingReported finding -> findings.add(received.event().attributes(), finding);
      }
    }
  }
}
