package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Effects that fail at persist and at commit, and dead letters that are hard to write. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class FailingEffectTest {
  private static final AtomicInteger LOOPS = new AtomicInteger();
  private static final EventEffect<FeedbackEvent> FAILING =
      batch -> {
        throw new IllegalArgumentException("cannot digest this");
      };

  @Inject EventConsumption consumption;
  @Inject EventFactory events;
  @Inject MeterRegistry metrics;
  @Inject Sql sql;

  private final LoopId loop = new LoopId("acme", "failing-" + LOOPS.incrementAndGet());

  @BeforeEach
  void makeATableThatIsCheckedAtCommit() {
    sql.updateInNewTransaction("drop table if exists checked_at_commit");
    sql.updateInNewTransaction(
        """
        create table checked_at_commit (id text primary key, other text
          references checked_at_commit (id) deferrable initially deferred)
        """);
  }

  @Test
  @DisplayName("I1: a record with U+0000 in key and headers becomes a dead letter")
  void shouldWriteALetterOfARecordThatNoTextColumnTakes() {
    ConsumerRecord<String, byte[]> hostile = record("1", loop.key() + "/a\0b");
    hostile.headers().add("no\0te", "c\0d".getBytes(StandardCharsets.UTF_8));
    hostile.headers().add("nothing", null);

    consumption.process(List.of(hostile), FeedbackEvent.class, FAILING);

    assertThat(awaitLetters(1).getFirst())
        .satisfies(letter -> assertThat(letter.key()).isEqualTo(loop.key() + "/ab"))
        .satisfies(letter -> assertThat(KafkaProbe.header(letter, "note")).isEqualTo("cd"))
        .satisfies(letter -> assertThat(letter.value()).isEqualTo(hostile.value()));
  }

  @Test
  @DisplayName("I1: a letter of the largest record that Kafka accepts is written and sent")
  void shouldCutALetterThatKafkaWouldNotTake() {
    ConsumerRecord<String, byte[]> large =
        received(loop.key() + "/" + "k".repeat(3_000), new byte[1_040_000], new RecordHeaders());

    consumption.process(List.of(large), FeedbackEvent.class, FAILING);

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(all())
                    .anySatisfy(
                        letter -> {
                          assertThat(KafkaProbe.header(letter, "error-cut")).isEqualTo("true");
                          assertThat(letter.value()).hasSize(500_000);
                        }));
  }

  @Test
  @DisplayName("I1: a letter is measured as it is sent, also when its headers grow")
  void shouldCutALetterWhoseHeadersGrow() {
    byte[] noText = new byte[60_000];
    Arrays.fill(noText, (byte) 0xFF);
    RecordHeaders headers = new RecordHeaders();
    headers.add("note", noText);
    headers.add("ce_id", "grown".getBytes(StandardCharsets.UTF_8));

    consumption.process(
        List.of(received(loop.key(), new byte[920_000], headers)), FeedbackEvent.class, FAILING);

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(all())
                    .filteredOn(letter -> "grown".equals(KafkaProbe.header(letter, "ce_id")))
                    .singleElement()
                    .satisfies(
                        letter ->
                            assertThat(KafkaProbe.header(letter, "error-cut")).isEqualTo("true")));
  }

  @Test
  @DisplayName("I1: while its dead letter cannot be written, a record keeps its offset")
  void shouldThrowWhenTheLetterCannotBeWritten() {
    ConsumerRecord<String, byte[]> poison = record("1", loop.key() + "/x");
    double before = counted("effect-failed");
    sql.updateInNewTransaction(
        "alter table outbox add constraint none_of_this_loop check (message_key <> '%s')"
            .formatted(poison.key()));
    try {
      assertThatThrownBy(() -> consumption.process(List.of(poison), FeedbackEvent.class, FAILING))
          .hasMessageContaining(TopicNames.FEEDBACK + "-0 at offset 7")
          .hasMessageContaining("The offset was not committed")
          .hasMessageContaining("none_of_this_loop");
    } finally {
      sql.updateInNewTransaction("alter table outbox drop constraint none_of_this_loop");
    }
    assertThat(counted("effect-failed")).isEqualTo(before);

    consumption.process(List.of(poison), FeedbackEvent.class, FAILING);
    awaitLetters(1);
    assertThat(counted("effect-failed")).isEqualTo(before + 1);
  }

  @Test
  @DisplayName(
      "I1, I2: when a poll fails at commit, only the record at fault becomes a dead letter")
  void shouldDeadLetterTheRecordThatFailsAtCommit() {
    EventEffect<FeedbackEvent> effect =
        batch -> {
          for (ReceivedEvent<FeedbackEvent> received : batch) {
            String id = received.event().attributes().id();
            sql.update(
                "insert into checked_at_commit values (?, ?)", id, id.equals("bad") ? "none" : id);
          }
        };
    double before = counted("effect-failed");

    consumption.process(
        List.of(record("1", "a"), record("bad", "b"), record("3", "c"), record("4", "d")),
        FeedbackEvent.class,
        effect);

    assertThat(sql.query("select id from checked_at_commit order by id", row -> row.getString(1)))
        .containsExactly("1", "3", "4");
    assertThat(counted("effect-failed")).isEqualTo(before + 1);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(all())
                    .filteredOn(letter -> loop.loop().equals(KafkaProbe.header(letter, "ce_loop")))
                    .extracting(letter -> KafkaProbe.header(letter, "ce_id"))
                    .containsExactly("bad"));
  }

  @Test
  @DisplayName("I7: a poll whose work outlasts a transaction is split")
  void shouldSplitAPollThatOutlastsATransaction() {
    List<String> applied = new ArrayList<>();
    consumption.process(
        List.of(record("1", "a"), record("2", "b"), record("3", "c"), record("4", "d")),
        FeedbackEvent.class,
        batch -> {
          if (batch.size() > 2) {
            throw new IllegalStateException(new SQLException("the transaction timed out"));
          }
          batch.forEach(received -> applied.add(received.event().attributes().id()));
        });
    assertThat(applied).containsExactly("1", "2", "3", "4");
  }

  @Test
  @DisplayName("I1: a commit that fails for a passing reason is retried and takes effect once")
  void shouldRetryACommitThatFailsForAPassingReason() {
    sql.updateInNewTransaction("drop sequence if exists commits");
    sql.updateInNewTransaction("create sequence commits");
    sql.updateInNewTransaction(
        """
        create or replace function fail_twice() returns trigger language plpgsql as $$
        begin
          if nextval('commits') < 3 then
            raise exception 'could not serialize access' using errcode = '40001';
          end if;
          return null;
        end $$
        """);
    sql.updateInNewTransaction(
        """
        create constraint trigger twice after insert on checked_at_commit
        deferrable initially deferred for each row execute function fail_twice()
        """);

    consumption.process(
        List.of(record("1", "a")),
        FeedbackEvent.class,
        batch -> sql.update("insert into checked_at_commit values ('1', '1')"));

    assertThat(sql.query("select last_value from commits", row -> row.getLong(1)))
        .containsExactly(3L);
    assertThat(sql.query("select id from checked_at_commit", row -> row.getString(1)))
        .containsExactly("1");
  }

  private double counted(String code) {
    return metrics.counter(KitMeter.DEAD_LETTERS.meterName(), "code", code).count();
  }

  private ConsumerRecord<String, byte[]> record(String id, String key) {
    ProducerRecord<String, byte[]> sent =
        CloudEvents.encode(
            events.create(
                id, loop, "app", "x", key, new FeedbackRetracted("app", "x", null, null)));
    return received(key, sent.value(), new RecordHeaders(sent.headers()));
  }

  private static ConsumerRecord<String, byte[]> received(
      String key, byte[] value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        TopicNames.FEEDBACK,
        0,
        7,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  private List<ConsumerRecord<String, byte[]>> awaitLetters(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(letters()).hasSize(count));
    return letters();
  }

  private List<ConsumerRecord<String, byte[]>> letters() {
    return all().stream()
        .filter(letter -> letter.key() != null && letter.key().startsWith(loop.key()))
        .toList();
  }

  private static List<ConsumerRecord<String, byte[]>> all() {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(TopicNames.deadLetters(TopicNames.FEEDBACK));
    }
  }
}
