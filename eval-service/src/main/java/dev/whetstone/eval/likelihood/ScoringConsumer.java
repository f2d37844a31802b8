package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Records how scoring jobs ended; the evaluation that waits reads the scores itself. */
@ApplicationScoped
public class ScoringConsumer {
  private final EventConsumption consumption;
  private final ScoringRepository scorings;

  public ScoringConsumer(EventConsumption consumption, ScoringRepository scorings) {
    this.consumption = consumption;
    this.scorings = scorings;
  }

  @Incoming("scoring")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, ScoringEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<ScoringEvent>> received) {
    for (ReceivedEvent<ScoringEvent> one : received) {
      switch (one.data()) {
        case ScoringEvent.Completed completed -> scorings.complete(completed);
        case ScoringEvent.Failed failed ->
            scorings.fail(failed.scoringId(), failed.code() + ": " + failed.reason());
        case ScoringEvent.Requested _ -> {
          // Published by eval itself, with the row that it describes.
        }
      }
    }
  }
}
