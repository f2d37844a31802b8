package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.event.CloudEvents.Decoded;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.EventTraceRecorder;
import dev.whetstone.kit.work.DatabaseRetry;
import dev.whetstone.kit.work.FaultText;
import dev.whetstone.kit.work.RetryBackoff;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes polled records through inbox, effect and outbox, in transactions that are bounded by rows,
 * bytes and time; see {@link ConsumptionConfig}. A record becomes a dead letter when it cannot be
 * read, when its type is unknown or belongs on another topic, or when its effect fails by itself.
 * While the database does not answer, the same records are tried again: an offset must not move
 * past work that is not done.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class EventConsumption {
  private static final Logger LOG = Logger.getLogger(EventConsumption.class);

  private static final RetryBackoff BACKOFF =
      RetryBackoff.doubling(Duration.ofMillis(200), Duration.ofSeconds(10));

  private final Inbox inbox;
  private final Outbox outbox;
  private final Sql sql;
  private final ConsumptionConfig config;
  private final MeterRegistrar meters;
  private final EventTraceRecorder traces;

  /** Rows that the next poll of a partition begins with; absent for the most. */
  private final Map<TopicPartition, Integer> rows = new ConcurrentHashMap<>();

  public EventConsumption(
      Inbox inbox,
      Outbox outbox,
      Sql sql,
      ConsumptionConfig config,
      MeterRegistrar meters,
      EventTraceRecorder traces) {
    this.inbox = inbox;
    this.outbox = outbox;
    this.sql = sql;
    this.config = config;
    this.meters = meters;
    this.traces = traces;
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
    for (TopicPartition partition : records.partitions()) {
      process(records.records(partition), topicEvents, effect);
    }
  }

  /** The same for a list of records of one partition. */
  public <D extends EventData> void process(
      List<ConsumerRecord<String, byte[]>> records, Class<D> topicEvents, EventEffect<D> effect) {
    process(records, topicEvents, effect, EventConsumption::none);
  }

  /** The same where effects read more than their events, which counts to a transaction's bytes. */
  public <D extends EventData> void process(
      List<ConsumerRecord<String, byte[]>> records,
      Class<D> topicEvents,
      EventEffect<D> effect,
      EventLoad.Estimate<D> estimate) {
    if (records.isEmpty()) {
      return;
    }
    ConsumerRecord<String, byte[]> first = records.getFirst();
    var partition = new TopicPartition(first.topic(), first.partition());
    List<PolledEvent<D>> events =
        records.stream().map(received -> PolledEvent.read(received, topicEvents)).toList();
    consume(partition, PolledEvent.withLoads(events, estimate), effect);
  }

  /** The same for events that are read already. */
  <D extends EventData> void consume(
      TopicPartition partition, List<PolledEvent<D>> events, EventEffect<D> effect) {
    if (events.isEmpty()) {
      return;
    }
    var poll =
        new PollConsumption<>(config, BACKOFF, transactions(effect, UnaryOperator.identity()));
    rows.put(partition, poll.run(events, rows.getOrDefault(partition, config.rows())));
  }

  /**
   * The same for events that are kept elsewhere.
   *
   * @param take deletes events where they are kept, in the transaction of their effect, and returns
   *     those that were there
   */
  <D extends EventData> void consumeTaken(
      List<PolledEvent<D>> events,
      EventEffect<D> effect,
      UnaryOperator<List<PolledEvent<D>>> take) {
    new PollConsumption<>(config, BACKOFF, transactions(effect, take)).run(events, config.rows());
  }

  private static <D extends EventData> List<EventLoad> none(List<ReceivedEvent<D>> events) {
    return Collections.nCopies(events.size(), EventLoad.NONE);
  }

  private <D extends EventData> PollConsumption.Transactions<D> transactions(
      EventEffect<D> effect, UnaryOperator<List<PolledEvent<D>>> take) {
    return new PollConsumption.Transactions<>() {
      @Override
      public @Nullable RuntimeException attempt(List<PolledEvent<D>> events) {
        return inTransaction(() -> once(take.apply(events), effect));
      }

      @Override
      public boolean databaseAnswers() {
        try {
          return sql.query("select 1", row -> true).getFirst();
        } catch (DatabaseException e) {
          return false;
        }
      }

      @Override
      public void giveUp(PolledEvent<D> event, RuntimeException fault) {
        EventConsumption.this.giveUp(
            event.origin(), fault, () -> !take.apply(List.of(event)).isEmpty());
      }
    };
  }

  /** Returns the fault that ended the work, null when it committed. */
  private @Nullable RuntimeException inTransaction(Callable<Tally> work) {
    try {
      int seconds = (int) Math.max(1, config.transactionTimeout().toSeconds());
      count(QuarkusTransaction.requiringNew().timeout(seconds).call(work));
      return null;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return e;
    }
  }

  /** Returns only when the dead letter is written. */
  private void giveUp(
      ConsumerRecord<String, byte[]> poison, RuntimeException fault, BooleanSupplier isOurs) {
    String reason = FaultText.describe(fault);
    LOG.errorf(
        "effect-failed topic=%s partition=%d offset=%d reason=%s",
        poison.topic(), poison.partition(), poison.offset(), reason);
    LOG.debug("effect-failed", fault);
    try {
      count(
          DatabaseRetry.call(
              () -> {
                Tally tally = new Tally();
                if (isOurs.getAsBoolean()) {
                  deadLetter(poison, "effect-failed", reason, tally);
                }
                return tally;
              },
              Integer.MAX_VALUE));
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      throw new IllegalStateException(
          "cannot write the dead letter of %s-%d at offset %d (%s). The offset was not committed. Fix the outbox and restart the service."
              .formatted(
                  poison.topic(),
                  poison.partition(),
                  poison.offset(),
                  DatabaseRetry.rootMessage(e)),
          e);
    }
  }

  /** What a transaction did; added to the metrics after the commit. */
  private static final class Tally {
    private final List<String> deadLetters = new ArrayList<>();
    private int duplicates;
  }

  private void count(Tally tally) {
    tally.deadLetters.forEach(code -> meters.counter(KitMeter.DEAD_LETTERS, code).increment());
    meters.counter(KitMeter.INBOX_DUPLICATES).increment(tally.duplicates);
  }

  private <D extends EventData> Tally once(List<PolledEvent<D>> events, EventEffect<D> effect) {
    Tally tally = new Tally();
    List<InboxKey> keys = new ArrayList<>();
    List<PolledEvent<D>> readable = new ArrayList<>();
    for (PolledEvent<D> polled : events) {
      switch (polled.decoded()) {
        case Decoded.Poison poison ->
            deadLetter(polled.origin(), poison.code(), poison.detail(), tally);
        case Decoded.Valid valid when polled.event() != null -> {
          keys.add(
              new InboxKey(
                  polled.origin().topic(), valid.event().attributes().key(), valid.bodySha256()));
          readable.add(polled);
        }
        case Decoded.Valid valid ->
            deadLetter(
                polled.origin(), "wrong-topic", wrongTopic(polled.origin(), valid.event()), tally);
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
          fresh.add(Objects.requireNonNull(readable.get(i).event()));
          freshKeys.add(keys.get(i).key());
        }
        case SAME -> {
          tally.duplicates++;
          resent.add(resent(keys.get(i), readable.get(i), freshKeys, false));
        }
        case CONFLICT -> {
          deadLetter(
              readable.get(i).origin(),
              "id-conflict",
              "event " + keys.get(i).key() + " was accepted before with a different body",
              tally);
          resent.add(resent(keys.get(i), readable.get(i), freshKeys, true));
        }
      }
    }
    if (!fresh.isEmpty()) {
      if (traces.enabled()) {
        traces.taken(fresh.stream().map(ReceivedEvent::event).toList(), fresh.getFirst().topic());
      }
      effect.apply(fresh);
    }
    if (!resent.isEmpty()) {
      effect.resent(resent);
    }
    return tally;
  }

  private static ResentEvent resent(
      InboxKey key, PolledEvent<?> polled, Set<EventKey> fresh, boolean conflict) {
    return new ResentEvent(
        key.key(),
        key.bodySha256(),
        conflict,
        Objects.requireNonNull(polled.event()).event().attributes().time(),
        fresh.contains(key.key()),
        polled.origin().offset());
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
