package dev.whetstone.kit.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.whetstone.kit.inbox.Inbox;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class SqlTransactionTest {
  private static final String INSERT = "insert into work_lease values (?, 'a', now())";
  private static final String COUNT = "select count(*) from work_lease where name = ?";
  @Inject Sql sql;
  @Inject Inbox inbox;
  @Inject Outbox outbox;

  @Test
  void shouldRefuseAnUpdateOutsideATransaction() {
    assertThatIllegalStateException()
        .isThrownBy(() -> sql.update("  " + INSERT + "\n on conflict do nothing", "outside"))
        .withMessageContaining("'" + INSERT + "' writes or locks outside a transaction")
        .withMessageContaining("@Transactional")
        .withMessageContaining("QuarkusTransaction.requiringNew()");
    assertThatIllegalStateException()
        .isThrownBy(() -> sql.updateAll(INSERT, List.<Object[]>of(new Object[] {"outside"})));

    assertThat(count("outside")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into work_lease values ('q', 'a', now()) returning name",
        "update work_lease set owner = 'b' returning name",
        "delete from work_lease returning name",
        "with gone as (delete from work_lease returning name) select name from gone",
        "with kept as (\n  update work_lease set owner = 'b' returning name) select name from kept",
        "merge into work_lease l using (select 1) s on false when matched then do nothing"
            + " returning l.name",
        "select name from work_lease for update",
        "SELECT name FROM work_lease FOR NO KEY UPDATE SKIP LOCKED",
        "select name from work_lease for share",
        "select pg_advisory_xact_lock(1)",
      })
  void shouldRefuseAQueryThatWritesOrLocksOutsideATransaction(String statement) {
    assertThatIllegalStateException()
        .isThrownBy(() -> sql.query(statement, row -> row.getString(1)))
        .withMessageContaining("outside a transaction");
    assertThatCode(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(() -> sql.query(statement, row -> row.getString(1))))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseInboxAndOutboxOutsideATransaction() {
    var record = new ConsumerRecord<String, byte[]>("topic", 0, 0, "key", new byte[0]);

    assertThatIllegalStateException()
        .isThrownBy(() -> outbox.addDeadLetter(record, "code", "detail"))
        .withMessageContaining("is queued outside a transaction");
    assertThatIllegalStateException()
        .isThrownBy(() -> inbox.admit(List.of()))
        .withMessageContaining("recorded in the inbox outside a transaction");
  }

  @Test
  void shouldReadOutsideATransaction() {
    assertThat(
            sql.query(
                "select name as updated_at from work_lease where owner = 'delete'",
                row -> row.getString(1)))
        .isEmpty();
  }

  @Test
  void shouldWriteInTheTransactionOfTheCaller() {
    QuarkusTransaction.begin();
    sql.update(INSERT, "rolled-back");
    QuarkusTransaction.rollback();
    QuarkusTransaction.requiringNew().run(() -> sql.update(INSERT, "committed"));

    assertThat(count("rolled-back")).isZero();
    assertThat(count("committed")).isOne();
  }

  @Test
  void shouldCommitAStatementOfItsOwnApartFromTheCaller() {
    QuarkusTransaction.begin();
    sql.updateInNewTransaction(INSERT, "apart");
    QuarkusTransaction.rollback();

    assertThat(count("apart")).isOne();
  }

  private int count(String name) {
    return sql.first(COUNT, row -> row.getInt(1), name).orElseThrow();
  }
}
