package dev.whetstone.kit.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of a session as a service has it, and what its failures tell. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DatabaseLimitsTest {
  private static final String TEXT = "my number is 555 0199";

  @Inject Sql sql;

  @ConfigProperty(name = "quarkus.datasource.jdbc.additional-jdbc-properties.socketTimeout")
  int socketTimeout;

  @ParameterizedTest
  @CsvSource({
    "statement_timeout, 30s",
    "lock_timeout, 10s",
    "idle_in_transaction_session_timeout, 1min"
  })
  void shouldLimitEverySession(String setting, String value) {
    assertThat(sql.query("show " + setting, row -> row.getString(1))).containsExactly(value);
  }

  /** Otherwise the client would give up a statement that the server goes on with. */
  @Test
  void shouldEndAStatementBeforeItsSocket() {
    assertThat(socketTimeout).isGreaterThan(30);
  }

  @Test
  void shouldRunMigrationsWithoutLimits() {
    assertThat(
            sql.query(
                "select statement || ' ' || lock from limits_of_a_migration",
                row -> row.getString(1)))
        .containsExactly("0 0");
  }

  @Test
  @Timeout(20)
  void shouldEndAStatementThatHangs() {
    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          sql.query(
                              "select set_config('statement_timeout', '200', true)", row -> 0);
                          sql.query("select pg_sleep(60)", row -> 0);
                        }))
        .isInstanceOf(DatabaseException.class)
        .satisfies(
            fault ->
                assertThat(DatabaseFaults.kind(fault)).isEqualTo(DatabaseFaults.FaultKind.UNCLEAR));
  }

  @Test
  @Timeout(20)
  void shouldEndAWaitForALock() {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.query("select pg_advisory_xact_lock(4711)", row -> 0);
              assertThatThrownBy(
                      () ->
                          QuarkusTransaction.requiringNew()
                              .run(
                                  () -> {
                                    sql.query(
                                        "select set_config('lock_timeout', '200', true)", row -> 0);
                                    sql.query("select pg_advisory_xact_lock(4711)", row -> 0);
                                  }))
                  .satisfies(
                      fault ->
                          assertThat(DatabaseFaults.kind(fault))
                              .isEqualTo(DatabaseFaults.FaultKind.CONTENTION));
            });
  }

  @Test
  void shouldNotTellTheRowThatAConstraintRefuses() {
    assertTellsNoText(
        () ->
            sql.update(
                "insert into work_lease (name, owner, until) values (?, ?, null)", TEXT, TEXT),
        "until");
  }

  @Test
  void shouldNotTellTheStatementOfAFailedBatch() {
    assertTellsNoText(
        () ->
            sql.updateAll(
                "insert into work_lease (name, owner, until) values (?, ?, null)",
                List.<Object[]>of(new Object[] {TEXT, TEXT})),
        "until");
  }

  @Test
  void shouldNotTellAValueThatDoesNotFitItsType() {
    assertTellsNoText(() -> sql.query("select ?::text::integer", row -> 0, TEXT), "22P02");
  }

  @Test
  void shouldKeepTheStateOfAFailure() {
    SQLException safe =
        SqlFaultText.withoutValues(new SQLException("ERROR: no\n  Detail: " + TEXT, "23502"));

    assertThat(safe.getMessage()).isEqualTo("ERROR: no");
    assertThat(safe.getSQLState()).isEqualTo("23502");
  }

  private void assertTellsNoText(Runnable work, String told) {
    assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(work))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining(told)
        .satisfies(
            fault -> {
              var trace = new StringWriter();
              fault.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain("555 0199");
            });
  }
}
