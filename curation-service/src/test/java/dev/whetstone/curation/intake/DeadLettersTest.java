package dev.whetstone.curation.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Every dead letter gets its fate, whatever the database or one of them is like. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DeadLettersTest {
  @Inject DeadLettersConsumer consumer;
  @Inject ReceiptRepository receipts;
  @Inject Sql sql;

  @Test
  void shouldLeaveOutOnlyWhatCanNeverBeRecorded() {
    var send = TestEvents.of("acme", "unrecordable");

    consumer.on(
        polled(
            letter(send, "d1", "broken"),
            letter(send, "d2", "no database takes \0 in a text"),
            letter(send, "d3", "broken"),
            new ConsumerRecord<>(
                TopicNames.deadLetters(TopicNames.FEEDBACK), 0, 0, "k", new byte[0])));

    assertThat(receipts.counts(send.loop())).isEqualTo(Map.of(Fate.DEAD_LETTERED, 2L));
    assertThat(receipts.byId(send.loop(), "d3")).hasSize(1);
  }

  @Test
  void shouldWaitForADatabaseThatDoesNotAnswer() throws Exception {
    var send = TestEvents.of("acme", "database-away");
    QuarkusTransaction.requiringNew().run(() -> failFor(send));
    Thread consuming;
    try {
      consuming = Thread.ofVirtual().start(() -> consumer.on(polled(letter(send, "d1", "broken"))));
      await().atMost(Duration.ofSeconds(20)).until(() -> tries() >= 2);
      assertThat(receipts.byId(send.loop(), "d1")).isEmpty();
      assertThat(consuming.isAlive()).isTrue();
    } finally {
      QuarkusTransaction.requiringNew().run(() -> sql.update("drop trigger fail_event on event"));
    }

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(receipts.byId(send.loop(), "d1")).hasSize(1));
    consuming.join();
  }

  /** As a standby does that was not made the primary yet. A sequence counts what is rolled back. */
  private void failFor(TestEvents send) {
    sql.update("create sequence if not exists tries");
    sql.update(
        """
        create or replace function fail_event() returns trigger language plpgsql as
        $$ begin perform nextval('tries'); raise exception 'forced' using errcode = '25006'; end $$
        """);
    sql.update(
        "create trigger fail_event before insert on event for each row"
            + " when (new.loop = '%s') execute function fail_event()"
                .formatted(send.loop().loop()));
  }

  private long tries() {
    return sql.query(
            "select case when is_called then last_value else 0 end from tries",
            row -> row.getLong(1))
        .getFirst();
  }

  @SafeVarargs
  private static ConsumerRecords<String, byte[]> polled(ConsumerRecord<String, byte[]>... letters) {
    var partition = new TopicPartition(TopicNames.deadLetters(TopicNames.FEEDBACK), 0);
    return new ConsumerRecords<>(Map.of(partition, Arrays.asList(letters)), Map.of());
  }

  private static ConsumerRecord<String, byte[]> letter(TestEvents send, String id, String detail) {
    var letter =
        new ConsumerRecord<String, byte[]>(
            TopicNames.deadLetters(TopicNames.FEEDBACK), 0, 0, send.loop().key(), new byte[0]);
    Map<String, String> headers =
        Map.of(
            "ce_tenant",
            send.loop().tenant(),
            "ce_loop",
            send.loop().loop(),
            "ce_source",
            send.source(),
            "ce_id",
            id,
            "ce_type",
            "dev.whetstone.feedback.given.v1",
            "error-code",
            "undecodable",
            "error-detail",
            detail);
    headers.forEach(
        (name, value) -> letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return letter;
  }
}
