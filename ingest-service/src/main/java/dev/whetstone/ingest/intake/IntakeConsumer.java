package dev.whetstone.ingest.intake;

import dev.whetstone.contracts.event.EventType;
import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.ingest.publish.NotAcknowledged;
import dev.whetstone.ingest.publish.Publisher;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Moves what trusted producers send from the intake topic to the feedback topic, and what is not as
 * the contract says to the dead letters. At least once: the offset is committed after the broker
 * acknowledged a poll's records, and a record that is moved twice is the same event.
 */
@ApplicationScoped
public class IntakeConsumer {
  private static final Logger LOG = Logger.getLogger(IntakeConsumer.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LOOPS_PAUSE = Duration.ofMillis(100);

  private final IntakeRecord reader;
  private final KnownLoops loops;
  private final Publisher publisher;
  private final IngestMetrics metrics;
  private final Clock clock;

  public IntakeConsumer(
      ItemStream.Opener items,
      EventMaker events,
      KnownLoops loops,
      Publisher publisher,
      IngestMetrics metrics,
      Clock clock) {
    this.reader = new IntakeRecord(items, events, loops::contains);
    this.loops = loops;
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Returns when everything of the poll is in Kafka again, on the one topic or the other. */
  @Incoming("intake")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    while (!loops.caughtUp()) {
      pause(LOOPS_PAUSE);
    }
    Instant receivedAt = clock.instant();
    List<ProducerRecord<String, byte[]>> messages = new ArrayList<>(records.count());
    List<EventType> accepted = new ArrayList<>(records.count());
    for (ConsumerRecord<String, byte[]> received : records) {
      try {
        PreparedEvent event = reader.read(received, receivedAt);
        messages.add(Publisher.message(event));
        accepted.add(event.attributes().type());
      } catch (Fault fault) {
        metrics.rejected(fault.code());
        messages.add(DeadLetter.of(received, fault));
      } catch (RuntimeException e) {
        // Whatever it is about this record, its neighbours must flow on.
        LOG.errorf(
            e, "intake-unreadable partition=%d offset=%d", received.partition(), received.offset());
        metrics.rejected(FaultCode.MALFORMED_EVENT);
        messages.add(DeadLetter.of(received, unreadable(e)));
      }
    }
    sendUntilAcknowledged(messages);
    accepted.forEach(metrics::accepted);
  }

  private void sendUntilAcknowledged(List<ProducerRecord<String, byte[]>> messages) {
    while (true) {
      try {
        publisher.send(messages);
        return;
      } catch (NotAcknowledged e) {
        LOG.warnf(
            "intake-not-acknowledged records=%d retry-in=%s reason=%s",
            messages.size(), PAUSE, e.getMessage());
        pause(PAUSE);
      }
    }
  }

  private static Fault unreadable(RuntimeException e) {
    return new Fault(
        FaultCode.MALFORMED_EVENT,
        null,
        "the record cannot be read: " + e.getClass().getSimpleName(),
        "see ingest's log, then replay the record");
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted; the offset stays, so nothing is lost");
    }
  }
}
