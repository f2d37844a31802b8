package dev.whetstone.curation;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.curation.intake.FeedbackIntake;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Takes events in as the consumer does, at once and without waiting for Kafka. */
@Singleton
public class EventFeed {
  private static final AtomicLong OFFSETS = new AtomicLong();

  private final EventConsumption consumption;
  private final FeedbackIntake intake;
  private final DeclaredLoopRepository loops;

  public EventFeed(
      EventConsumption consumption, FeedbackIntake intake, DeclaredLoopRepository loops) {
    this.consumption = consumption;
    this.intake = intake;
    this.loops = loops;
  }

  public void declare(Event<LoopDeclared> declared) {
    QuarkusTransaction.requiringNew().run(() -> loops.record(declared.data()));
  }

  /** One poll that holds all of them. */
  public void take(Event<?>... events) {
    take(Arrays.asList(events));
  }

  public void take(List<? extends Event<?>> events) {
    takePolled(events.stream().map(EventFeed::polled).toList());
  }

  public void takePolled(List<ConsumerRecord<String, byte[]>> records) {
    consumption.process(records, FeedbackEvent.class, intake, intake::loads);
  }

  /** A fresh event as the inbox hands it to its effect. */
  public static ReceivedEvent<FeedbackEvent> received(Event<?> event) {
    var typed = new Event<>(event.attributes(), (FeedbackEvent) event.data());
    return new ReceivedEvent<>(typed, new byte[0], "whetstone.feedback", 0, 0);
  }

  public static ConsumerRecord<String, byte[]> polled(Event<?> event) {
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(event);
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        OFFSETS.getAndIncrement(),
        0L,
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }
}
