package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tenants that share a partition. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class FairConsumptionTest {
  private static final AtomicInteger TOPICS = new AtomicInteger();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MANY = 200;

  @Inject FairConsumption consumption;
  @Inject EventSpool spool;
  @Inject EventFactory events;
  @Inject MeterRegistry metrics;
  @Inject Sql sql;

  private final TopicPartition partition =
      new TopicPartition("fair-" + TOPICS.incrementAndGet(), 0);
  private final List<String> applied = new CopyOnWriteArrayList<>();
  private final List<SpoolDrain<FeedbackEvent>> drains = new ArrayList<>();

  /** Holds back the effects on the heavy tenant's events. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private SpoolDrain<FeedbackEvent> drain;

  @BeforeEach
  void makeADrain() {
    drain = newDrain();
  }

  @AfterEach
  void stop() {
    gate.countDown();
    drains.forEach(SpoolDrain::stop);
  }

  @Test
  void shouldNotLetATenantWaitForTheWorkOfAnother() {
    gate = new CountDownLatch(1);
    drain.start();
    List<ConsumerRecord<String, byte[]>> poll = records("heavy", 0, MANY);
    poll.add(MANY / 2, record("light", "light-1"));

    consumption.process(partition, poll, drain);

    assertThat(applied).containsExactly("light-1");
    gate.countDown();
    await().atMost(TIMEOUT).until(() -> applied.size() == MANY + 1);
    assertThat(ofHeavy()).isEqualTo(ids(0, MANY));
    assertThat(waiting()).isZero();
  }

  @Test
  void shouldTakeSpooledEventsIntoEffectAlthoughPollsNeverEnd() {
    consumption.process(partition, records("heavy", 0, MANY), drain);
    drain.pollBegins();

    drain.start();

    await().atMost(TIMEOUT).until(() -> applied.size() == MANY);
    drain.pollEnds();
  }

  @Test
  void shouldTakeFewEventsIntoEffectAtOnce() {
    double before = spooled();

    consumption.process(partition, records("heavy", 0, 5), drain);

    assertThat(applied).isEqualTo(ids(0, 5));
    assertThat(spooled()).isEqualTo(before);
  }

  @Test
  void shouldKeepTheOrderOfATenantOfWhichEventsWait() {
    consumption.process(partition, records("heavy", 0, MANY), drain);
    consumption.process(partition, records("heavy", MANY, MANY + 1), drain);
    assertThat(applied).isEmpty();

    drain.start();

    await().atMost(TIMEOUT).until(() -> applied.size() == MANY + 1);
    assertThat(ofHeavy()).isEqualTo(ids(0, MANY + 1));
  }

  @Test
  void shouldTakeEventsIntoEffectOnceThatArriveAgainAfterACrash() {
    consumption.process(partition, records("heavy", 0, MANY), drain);
    // The offset was not committed: the poll is delivered again.
    consumption.process(partition, records("heavy", 0, MANY), drain);
    assertThat(waiting()).isEqualTo(2L * MANY);

    drain.start();

    await().atMost(TIMEOUT).until(() -> waiting() == 0);
    assertThat(ofHeavy()).isEqualTo(ids(0, MANY));
  }

  @Test
  void shouldTakeEventsIntoEffectOnceWhenTwoInstancesDrain() {
    consumption.process(partition, records("heavy", 0, MANY), drain);
    SpoolDrain<FeedbackEvent> other = newDrain();

    drain.start();
    other.start();

    await().atMost(TIMEOUT).until(() -> waiting() == 0);
    assertThat(ofHeavy()).containsExactlyInAnyOrderElementsOf(ids(0, MANY));
  }

  @Test
  void shouldGiveUpASpooledEventWhoseEffectFailsByItself() {
    double letters =
        metrics.counter(KitMeter.DEAD_LETTERS.meterName(), "code", "effect-failed").count();
    List<ConsumerRecord<String, byte[]>> poll = records("heavy", 0, MANY);
    poll.add(7, record("heavy", "bad"));
    consumption.process(partition, poll, drain);

    drain.start();

    await().atMost(TIMEOUT).until(() -> waiting() == 0);
    assertThat(ofHeavy()).containsExactlyInAnyOrderElementsOf(ids(0, MANY));
    assertThat(metrics.counter(KitMeter.DEAD_LETTERS.meterName(), "code", "effect-failed").count())
        .isEqualTo(letters + 1);
  }

  @Test
  void shouldKeepKeyHeadersAndValueOfARecord() {
    ConsumerRecord<String, byte[]> hostile = record("heavy", "hostile", "a\0b");
    hostile.headers().add("nothing", null);
    hostile.headers().add("binary", new byte[] {0, -1});
    List<ConsumerRecord<String, byte[]>> poll = records("heavy", 0, MANY);
    poll.addFirst(hostile);
    consumption.process(partition, poll, drain);

    EventSpool.Queue queue = new EventSpool.Queue(partition.topic(), 0, "heavy");
    ConsumerRecord<String, byte[]> kept = spool.first(queue, 1, 1).getFirst().origin();

    assertThat(kept.key()).isEqualTo("a\0b");
    assertThat(kept.value()).isEqualTo(hostile.value());
    assertThat(kept.headers()).isEqualTo(hostile.headers());
    assertThat(kept.offset()).isEqualTo(hostile.offset());
  }

  @Test
  void shouldBoundATurnByBytes() {
    consumption.process(partition, records("heavy", 0, MANY), drain);
    EventSpool.Queue queue = new EventSpool.Queue(partition.topic(), 0, "heavy");
    long size = EventSpool.size(record("heavy", "heavy-000"));

    assertThat(spool.first(queue, MANY, 3 * size)).hasSizeBetween(3, 4);
    assertThat(spool.first(queue, 10, Long.MAX_VALUE)).hasSize(10);
    assertThat(spool.hasAtLeast(queue, MANY)).isTrue();
    assertThat(spool.hasAtLeast(queue, MANY + 1)).isFalse();
  }

  private SpoolDrain<FeedbackEvent> newDrain() {
    SpoolDrain<FeedbackEvent> made =
        consumption.drain(
            partition.topic(),
            FeedbackEvent.class,
            this::apply,
            received -> received.stream().map(each -> EventLoad.NONE).toList());
    drains.add(made);
    return made;
  }

  private void apply(List<ReceivedEvent<FeedbackEvent>> batch) {
    List<String> ids = batch.stream().map(each -> each.event().attributes().id()).toList();
    if (ids.contains("bad")) {
      throw new IllegalArgumentException("cannot digest this");
    }
    if (ids.getFirst().startsWith("heavy")) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    applied.addAll(ids);
  }

  private List<String> ofHeavy() {
    return applied.stream().filter(id -> id.startsWith("heavy")).toList();
  }

  private long waiting() {
    return sql.first(
            "select count(*) from event_spool where topic = ?",
            row -> row.getLong(1),
            partition.topic())
        .orElse(0L);
  }

  private double spooled() {
    return metrics.counter(KitMeter.EVENTS_SPOOLED.meterName()).count();
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj("heavy-%03d"::formatted).toList();
  }

  private List<ConsumerRecord<String, byte[]>> records(String tenant, int from, int to) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    ids(from, to).forEach(id -> records.add(record(tenant, id)));
    return records;
  }

  private ConsumerRecord<String, byte[]> record(String tenant, String id) {
    return record(tenant, id, tenant + "/x");
  }

  private ConsumerRecord<String, byte[]> record(String tenant, String id, String key) {
    LoopId loop = new LoopId(tenant, partition.topic());
    ProducerRecord<String, byte[]> sent =
        CloudEvents.encode(
            events.create(
                id, loop, "app", "x", key, new FeedbackRetracted("app", "x", null, null)));
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        7,
        0,
        TimestampType.CREATE_TIME,
        0,
        sent.value().length,
        key,
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }
}
