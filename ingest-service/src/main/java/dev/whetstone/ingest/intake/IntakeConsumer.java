package dev.whetstone.ingest.intake;

import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.EventPublisher;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.ingest.publish.NotAcknowledgedException;
import dev.whetstone.ingest.publish.OversizedRecordException;
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
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Moves records of trusted producers from the intake topic to the feedback topic, and records that
 * break the contract to the dead letters. At least once: the offset is committed after the broker
 * has acknowledged the records of a poll, and a record that is moved twice is the same event.
 */
@ApplicationScoped
public class IntakeConsumer {
  private static final Logger LOG = Logger.getLogger(IntakeConsumer.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final IntakeRecordReader reader;
  private final EventPublisher publisher;
  private final IngestMetrics metrics;
  private final Clock clock;

  public IntakeConsumer(
      ItemStream.Opener items,
      EventMaker events,
      EventPublisher publisher,
      IngestMetrics metrics,
      Clock clock) {
    this.reader = new IntakeRecordReader(items, events);
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Returns when every record of the poll is in Kafka again, on one of the two topics. */
  @Incoming("intake")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    Instant receivedAt = clock.instant();
    List<IntakeRoute> moves = new ArrayList<>(records.count());
    for (ConsumerRecord<String, byte[]> received : records) {
      moves.add(route(received, receivedAt));
    }
    sendUntilAcknowledged(moves);
  }

  private IntakeRoute route(ConsumerRecord<String, byte[]> received, Instant receivedAt) {
    try {
      return IntakeRoute.on(received, reader.read(received, receivedAt));
    } catch (Fault fault) {
      return IntakeRoute.aside(received, fault);
    } catch (RuntimeException e) {
      // A failure of this record must not stop its neighbours.
      LOG.errorf(
          e, "intake-unreadable partition=%d offset=%d", received.partition(), received.offset());
      return IntakeRoute.aside(received, unreadable(e));
    }
  }

  private void sendUntilAcknowledged(List<IntakeRoute> moves) {
    while (true) {
      try {
        publisher.send(moves.stream().map(IntakeRoute::message).toList());
        moves.forEach(this::count);
        return;
      } catch (OversizedRecordException e) {
        if (moves.size() > 1) {
          int half = moves.size() / 2;
          sendUntilAcknowledged(moves.subList(0, half));
          sendUntilAcknowledged(moves.subList(half, moves.size()));
          return;
        }
        IntakeRoute tooLarge = moves.getFirst();
        if (tooLarge.bare()) {
          retryLater(moves, e);
        }
        moves = List.of(tooLarge.asBareLetter());
      } catch (NotAcknowledgedException e) {
        retryLater(moves, e);
      }
    }
  }

  private static void retryLater(List<IntakeRoute> moves, NotAcknowledgedException e) {
    LOG.warnf(
        "intake-not-acknowledged records=%d retry-in=%s reason=%s",
        moves.size(), PAUSE, e.getMessage());
    pause(PAUSE);
  }

  private void count(IntakeRoute move) {
    if (move.accepted() != null) {
      metrics.accepted(move.accepted());
    }
    if (move.refused() != null) {
      metrics.rejected(move.refused());
    }
  }

  private static Fault unreadable(RuntimeException e) {
    return new Fault(
        FaultCode.MALFORMED_EVENT,
        null,
        "the record cannot be read: " + e.getClass().getSimpleName(),
        "check the log of ingest, then replay the record");
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted; the offset is unchanged, so nothing is lost");
    }
  }
}
