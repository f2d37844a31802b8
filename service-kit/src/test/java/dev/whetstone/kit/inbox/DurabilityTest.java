package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.outbox.OutboxRelay;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Inbox, effect and outbox on real Kafka and PostgreSQL. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DurabilityTest {
  private static final AtomicInteger LOOPS = new AtomicInteger();

  @Inject Inbox inbox;
  @Inject Outbox outbox;
  @Inject OutboxRelay relay;
  @Inject EventConsumption consumption;
  @Inject EventFactory events;
  @Inject DataSource dataSource;

  private final LoopId loop = new LoopId("acme", "durability-" + LOOPS.incrementAndGet());

  private InboxKey key(String id, String body) {
    return new InboxKey(TopicNames.FEEDBACK, new EventKey(loop, "app", id), body);
  }

  private List<InboxOutcome> admit(InboxKey... keys) {
    return QuarkusTransaction.requiringNew().call(() -> inbox.admit(List.of(keys)));
  }

  private ConsumerRecord<String, byte[]> record(String id, String about) {
    Event<FeedbackRetracted> event =
        events.create(
            id,
            loop,
            "app",
            about,
            loop.key() + "/" + about,
            new FeedbackRetracted("app", about, null, null));
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(event);
    return received(sent.topic(), sent.key(), sent.value(), new RecordHeaders(sent.headers()));
  }

  private static ConsumerRecord<String, byte[]> received(
      String topic, String key, byte[] value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        topic, 0, 7, 0, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty());
  }

  @Test
  @DisplayName(
      "I2: the same body again is a duplicate, another body under the same key is a conflict")
  void shouldClassifyEventsAsFreshSameOrConflict() {
    assertThat(admit(key("1", "a"), key("1", "a"), key("1", "b")))
        .containsExactly(InboxOutcome.FRESH, InboxOutcome.SAME, InboxOutcome.CONFLICT);
    assertThat(admit(key("1", "a"), key("1", "b"), key("2", "a")))
        .containsExactly(InboxOutcome.SAME, InboxOutcome.CONFLICT, InboxOutcome.FRESH);
  }

  @Test
  @DisplayName("I2: the same key on another topic is another event")
  void shouldKeepEventsOfDifferentTopicsApart() {
    var elsewhere = new InboxKey(TopicNames.BATCHES, key("1", "a").key(), "b");

    assertThat(admit(key("1", "a"), elsewhere))
        .containsExactly(InboxOutcome.FRESH, InboxOutcome.FRESH);
    assertThat(admit(key("1", "a"), elsewhere))
        .containsExactly(InboxOutcome.SAME, InboxOutcome.SAME);
  }

  @Test
  @DisplayName("I2: an event that was recorded before topics were is a duplicate on every topic")
  void shouldKnowEventsFromBeforeTopicsWereRecorded() throws SQLException {
    try (var connection = dataSource.getConnection();
        var insert =
            connection.prepareStatement(
                "insert into inbox (event_key, body_sha256) values (?, 'a')")) {
      insert.setString(1, key("old", "a").key().text());
      insert.executeUpdate();
    }

    assertThat(admit(key("old", "a"))).containsExactly(InboxOutcome.SAME);
    assertThat(admit(key("old", "b"))).containsExactly(InboxOutcome.CONFLICT);
  }

  @Test
  @DisplayName("I2: a key whose transaction was rolled back is fresh again")
  void shouldForgetARolledBackKey() {
    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          inbox.admit(List.of(key("1", "a")));
                          throw new IllegalStateException("the effect failed");
                        }))
        .hasMessageContaining("the effect failed");
    assertThat(admit(key("1", "a"))).containsExactly(InboxOutcome.FRESH);
  }

  @Test
  @DisplayName("I2: with many workers and the same keys, each key is fresh for exactly one")
  void shouldGiveEachKeyToOneWorker() throws Exception {
    InboxKey[] keys =
        IntStream.range(0, 2000).mapToObj(i -> key("k" + i, "body")).toArray(InboxKey[]::new);
    List<Callable<List<InboxOutcome>>> workers =
        IntStream.range(0, 4)
            .<Callable<List<InboxOutcome>>>mapToObj(i -> () -> admit(keys))
            .toList();
    long fresh = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(workers)) {
        fresh += done.get().stream().filter(InboxOutcome.FRESH::equals).count();
      }
    }
    assertThat(fresh).isEqualTo(2000);
  }

  @Test
  void shouldProcessTheNeighboursOfAPoisonMessage() {
    List<ReceivedEvent<FeedbackEvent>> seen = new ArrayList<>();
    ConsumerRecord<String, byte[]> poison =
        received(
            TopicNames.FEEDBACK,
            loop.key(),
            "{".getBytes(StandardCharsets.UTF_8),
            new RecordHeaders());
    consumption.process(
        List.of(record("1", "x"), poison, record("2", "y")), FeedbackEvent.class, seen::addAll);
    assertThat(seen).extracting(r -> r.event().attributes().id()).containsExactly("1", "2");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(deadLetters())
                    .anySatisfy(
                        dead -> assertThat(header(dead, "error-code")).isEqualTo("undecodable")));
  }

  @Test
  void shouldDeadLetterOnlyTheEventWhoseEffectFails() {
    List<String> applied = new ArrayList<>();
    consumption.process(
        List.of(record("1", "x"), record("2", "bad"), record("3", "y"), record("4", "z")),
        FeedbackEvent.class,
        batch -> {
          for (ReceivedEvent<FeedbackEvent> received : batch) {
            if ("bad".equals(received.event().attributes().subject())) {
              throw new IllegalArgumentException("cannot digest this");
            }
          }
          batch.forEach(received -> applied.add(received.event().attributes().id()));
        });
    assertThat(applied).containsExactlyInAnyOrder("1", "3", "4");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(deadLetters())
                    .anySatisfy(
                        dead -> {
                          assertThat(header(dead, "error-code")).isEqualTo("effect-failed");
                          assertThat(header(dead, "error-detail")).contains("cannot digest");
                          assertThat(header(dead, "original-offset")).isEqualTo("7");
                        }));
  }

  @Test
  void shouldRetryWhileTheDatabaseFails() {
    AtomicInteger calls = new AtomicInteger();
    consumption.process(
        List.of(record("1", "x")),
        FeedbackEvent.class,
        batch -> {
          if (calls.incrementAndGet() < 3) {
            throw new IllegalStateException(new SQLException("connection lost", "08006"));
          }
        });
    assertThat(calls).hasValue(3);
    assertThat(admit(key("1", "another body"))).containsExactly(InboxOutcome.CONFLICT);
  }

  @Test
  void shouldSendNothingOfARolledBackTransaction() {
    Event<CheckpointTainted> said =
        events.create(loop, "test", "c", loop.key(), new CheckpointTainted("c", "why", null));
    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          outbox.add(said);
                          throw new IllegalStateException("no");
                        }))
        .hasMessageContaining("no");
    QuarkusTransaction.requiringNew().run(() -> outbox.add(event(0)));
    await().atMost(Duration.ofSeconds(20)).until(() -> sent().size() == 1);
    assertThat(sent()).extracting(r -> header(r, "ce_id")).containsExactly("e0");
  }

  @Test
  void shouldSendTheMessagesOfAKeyInCommitOrder() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> relays =
          IntStream.range(0, 3)
              .<Callable<Void>>mapToObj(
                  i ->
                      () -> {
                        for (int n = 0; n < 20; n++) {
                          relay.relay();
                        }
                        return null;
                      })
              .toList();
      for (int i = 0; i < 30; i++) {
        int number = i;
        QuarkusTransaction.requiringNew().run(() -> outbox.add(event(number)));
      }
      for (var done : threads.invokeAll(relays)) {
        done.get();
      }
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> outboxRows() == 0);
    assertThat(sent())
        .extracting(r -> header(r, "ce_id"))
        .containsExactlyElementsOf(IntStream.range(0, 30).mapToObj(i -> "e" + i).toList());
  }

  private Event<CheckpointTainted> event(int number) {
    return events.create(
        "e" + number, loop, "test", "c", loop.key(), new CheckpointTainted("c", "why", null));
  }

  private List<ConsumerRecord<String, byte[]>> sent() {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(TopicNames.CHECKPOINTS).stream()
          .filter(r -> loop.key().equals(r.key()))
          .toList();
    }
  }

  private List<ConsumerRecord<String, byte[]>> deadLetters() {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(TopicNames.deadLetters(TopicNames.FEEDBACK)).stream()
          .filter(r -> r.key() != null && r.key().startsWith(loop.key()))
          .toList();
    }
  }

  private int outboxRows() throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement("select count(*) from outbox where message_key = ?")) {
      statement.setString(1, loop.key());
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private static String header(ConsumerRecord<String, byte[]> received, String name) {
    Header header = received.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
