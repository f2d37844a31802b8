package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.CloudEvents.Decoded;
import dev.whetstone.kit.metrics.MetricNames;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.work.DatabaseRetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes a poll's records through inbox, effect and outbox in one transaction. A record becomes a
 * dead letter when it cannot be read, when its type is unknown or belongs on another topic, or when
 * its effect fails by itself. When the database fails, the same records are tried again until it is
 * available: an offset must not move past work that is not done.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class EventConsumption {
  private static final Logger LOG = Logger.getLogger(EventConsumption.class);

  /** Work that outlasts a transaction fails each time; after these attempts each half is tried. */
  private static final int ATTEMPTS_IN_ONE_PIECE = 3;

  private final Inbox inbox;
  private final Outbox outbox;
  private final MeterRegistry metrics;

  public EventConsumption(Inbox inbox, Outbox outbox, MeterRegistry metrics) {
    this.inbox = inbox;
    this.outbox = outbox;
    this.metrics = metrics;
  }

  /**
   * Returns when every record has taken effect, was a duplicate, or is a dead letter.
   *
   * @param topicEvents the sealed interface of the topic's events; an event of another type is a
   *     dead letter with code {@code wrong-topic}
   * @throws IllegalStateException when a dead letter cannot be written; the offset must stay then
   */
  public <D extends EventData> void process(
      ConsumerRecords<String, byte[]> records, Class<D> topicEvents, EventEffect<D> effect) {
    List<ConsumerRecord<String, byte[]>> all = new ArrayList<>(records.count());
    records.forEach(all::add);
    process(all, topicEvents, effect);
  }

  /** The same for a list of records. */
  public <D extends EventData> void process(
      List<ConsumerRecord<String, byte[]>> records, Class<D> topicEvents, EventEffect<D> effect) {
    if (records.isEmpty()) {
      return;
    }
    int attempts = records.size() > 1 ? ATTEMPTS_IN_ONE_PIECE : Integer.MAX_VALUE;
    RuntimeException fault =
        tryUntilDatabaseAnswers(() -> once(records, topicEvents, effect), attempts);
    if (fault == null) {
      return;
    }
    if (records.size() > 1) {
      int half = records.size() / 2;
      process(records.subList(0, half), topicEvents, effect);
      process(records.subList(half, records.size()), topicEvents, effect);
      return;
    }
    giveUp(records.getFirst(), fault);
  }

  /** Returns only when the dead letter is written. */
  private void giveUp(ConsumerRecord<String, byte[]> poison, RuntimeException fault) {
    LOG.errorf(
        fault,
        "effect-failed topic=%s partition=%d offset=%d",
        poison.topic(),
        poison.partition(),
        poison.offset());
    RuntimeException unwritten =
        tryUntilDatabaseAnswers(
            () -> {
              Tally tally = new Tally();
              deadLetter(poison, "effect-failed", String.valueOf(fault.getMessage()), tally);
              return tally;
            },
            Integer.MAX_VALUE);
    if (unwritten != null) {
      throw new IllegalStateException(
          "cannot write the dead letter of %s-%d at offset %d (%s). The offset was not committed. Fix the outbox and restart the service."
              .formatted(
                  poison.topic(),
                  poison.partition(),
                  poison.offset(),
                  DatabaseRetry.rootMessage(unwritten)),
          unwritten);
    }
  }

  /** What a transaction did; added to the metrics after the commit. */
  private static final class Tally {
    private final List<String> deadLetters = new ArrayList<>();
    private int duplicates;
  }

  /** Returns the fault that ended the work, null when it committed. */
  private @Nullable RuntimeException tryUntilDatabaseAnswers(Callable<Tally> work, int attempts) {
    try {
      count(DatabaseRetry.call(work, attempts));
      return null;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return e;
    }
  }

  private void count(Tally tally) {
    tally.deadLetters.forEach(
        code -> metrics.counter(MetricNames.DEAD_LETTERS, "code", code).increment());
    metrics.counter(MetricNames.INBOX_DUPLICATES).increment(tally.duplicates);
  }

  private <D extends EventData> Tally once(
      List<ConsumerRecord<String, byte[]>> records, Class<D> topicEvents, EventEffect<D> effect) {
    Tally tally = new Tally();
    List<InboxKey> keys = new ArrayList<>();
    List<ReceivedEvent<D>> readable = new ArrayList<>();
    List<ConsumerRecord<String, byte[]>> origins = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> received : records) {
      switch (CloudEvents.decode(received)) {
        case Decoded.Poison poison -> deadLetter(received, poison.code(), poison.detail(), tally);
        case Decoded.Valid valid when topicEvents.isInstance(valid.event().data()) -> {
          keys.add(new InboxKey(valid.event().attributes().key(), valid.bodySha256()));
          readable.add(received(received, valid.event(), topicEvents));
          origins.add(received);
        }
        case Decoded.Valid valid ->
            deadLetter(received, "wrong-topic", wrongTopic(received, valid.event()), tally);
      }
    }
    if (keys.isEmpty()) {
      return tally;
    }
    List<ReceivedEvent<D>> fresh = new ArrayList<>();
    Set<EventKey> freshKeys = new HashSet<>();
    List<ResentEvent> resent = new ArrayList<>();
    List<InboxOutcome> outcomes = inbox.admit(keys);
    for (int i = 0; i < outcomes.size(); i++) {
      switch (outcomes.get(i)) {
        case FRESH -> {
          fresh.add(readable.get(i));
          freshKeys.add(keys.get(i).key());
        }
        case SAME -> {
          tally.duplicates++;
          resent.add(resent(keys.get(i), readable.get(i), freshKeys, false));
        }
        case CONFLICT -> {
          deadLetter(
              origins.get(i),
              "id-conflict",
              "event " + keys.get(i).key() + " was accepted before with a different body",
              tally);
          resent.add(resent(keys.get(i), readable.get(i), freshKeys, true));
        }
      }
    }
    if (!fresh.isEmpty()) {
      effect.apply(fresh);
    }
    if (!resent.isEmpty()) {
      effect.resent(resent);
    }
    return tally;
  }

  private static ResentEvent resent(
      InboxKey key, ReceivedEvent<?> received, Set<EventKey> fresh, boolean conflict) {
    return new ResentEvent(
        key.key(),
        key.bodySha256(),
        conflict,
        received.event().attributes().time(),
        fresh.contains(key.key()),
        received.offset());
  }

  private static <D extends EventData> ReceivedEvent<D> received(
      ConsumerRecord<String, byte[]> origin, Event<?> event, Class<D> topicEvents) {
    return new ReceivedEvent<>(
        new Event<>(event.attributes(), topicEvents.cast(event.data())),
        origin.value(),
        origin.topic(),
        origin.partition(),
        origin.offset());
  }

  private static String wrongTopic(ConsumerRecord<String, byte[]> received, Event<?> event) {
    EventType type = event.attributes().type();
    return "event type '%s' does not belong on topic '%s'. Send it to topic '%s'"
        .formatted(type.wireName(), received.topic(), type.topic());
  }

  private void deadLetter(
      ConsumerRecord<String, byte[]> poison, String code, String detail, Tally tally) {
    outbox.addDeadLetter(poison, code, detail);
    tally.deadLetters.add(code);
  }
}
