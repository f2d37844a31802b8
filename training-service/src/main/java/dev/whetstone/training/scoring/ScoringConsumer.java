package dev.whetstone.training.scoring;

import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.time.LeaseClock;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Stores requested scoring jobs from {@code whetstone.scoring}. */
@ApplicationScoped
public class ScoringConsumer {
  private final EventConsumption consumption;
  private final ScoringJobRepository jobs;
  private final LeaseClock clock;

  public ScoringConsumer(
      EventConsumption consumption, ScoringJobRepository jobs, LeaseClock clock) {
    this.consumption = consumption;
    this.jobs = jobs;
    this.clock = clock;
  }

  @Incoming("scoring")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, ScoringEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<ScoringEvent>> received) {
    for (ReceivedEvent<ScoringEvent> one : received) {
      switch (one.data()) {
        case ScoringEvent.Requested requested -> {
          if (!ScoringAttemptId.isJobId(requested.scoringId())) {
            throw new IllegalArgumentException(
                "/scoringId must be letters, digits, '.', '_' and '-', at most 100 characters");
          }
          jobs.add(one.event().attributes().loop(), requested, clock.now());
        }
        case ScoringEvent.Completed _, ScoringEvent.Failed _ -> {
          // Published by training itself, from the rows that they describe.
        }
      }
    }
  }
}
