package dev.whetstone.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OutboxSequencePruningTest {
  private static final String KEYS =
      "select message_key from outbox_sequence where topic = 'prune' order by message_key";

  @Inject Sql sql;

  @Test
  void shouldDeleteSequencesOfKeysWithoutMessages() {
    sql.updateInNewTransaction(
        "insert into outbox_sequence (topic, message_key, last_seq)"
            + " select 'prune', 'key-' || n, 7 from generate_series(1, 2500) n");

    new OutboxSequencePruning(sql).prune();

    assertThat(keys()).isEmpty();
  }

  /** A message that waits, or is being written, keeps its number unique. */
  @Test
  void shouldKeepSequencesThatAreInUse() {
    sql.updateInNewTransaction(
        "insert into outbox_sequence (topic, message_key, last_seq)"
            + " values ('prune', 'being-written', 7), ('prune', 'free', 7)");
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update(
                  "update outbox_sequence set last_seq = 8 where message_key = 'being-written'");
              Thread other = Thread.ofVirtual().start(() -> new OutboxSequencePruning(sql).prune());
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(keys()).containsExactly("being-written");
    new OutboxSequencePruning(sql).prune();
    assertThat(keys()).isEmpty();
  }

  private List<String> keys() {
    return sql.query(KEYS, row -> row.getString(1));
  }
}
