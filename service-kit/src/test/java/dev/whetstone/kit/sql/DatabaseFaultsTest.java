package dev.whetstone.kit.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.sql.DatabaseFaults.FaultKind;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFaultsTest {
  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "08006", "25006", "25P02", "28P01", "40001", "40P01", "42501", "53100", "53300", "55P03",
        "57014", "57P01", "58030", "F0000", "P0001", "XX000", "XX001"
      })
  void shouldRetryAFaultThatTheValuesDoNotCause(String state) {
    assertThat(DatabaseFaults.mayPass(new SQLException("no", state))).isTrue();
    assertThat(
            DatabaseFaults.mayPass(new DatabaseException("cannot", new SQLException("no", state))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"21000", "22021", "22P05", "23505", "23514", "42P01", "42703", "54000"})
  void shouldNotRetryAFaultThatTheValuesCause(String state) {
    assertThat(DatabaseFaults.mayPass(new SQLException("no", state))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"23503, false", "40001, true"})
  void shouldFindTheReasonOfAFailedCommit(String state, boolean passes) {
    XAException atCommit = new XAException("commit failed");
    atCommit.initCause(new SQLException("no", state));
    RollbackException rolledBack = new RollbackException("could not commit");
    rolledBack.addSuppressed(atCommit);
    assertThat(DatabaseFaults.mayPass(new IllegalStateException(rolledBack))).isEqualTo(passes);
  }

  @Test
  void shouldRetryARollbackWithoutAReason() {
    assertThat(DatabaseFaults.mayPass(new IllegalStateException(new RollbackException("why?"))))
        .isTrue();
  }

  @Test
  void shouldNotRetryAFaultOutsideTheDatabase() {
    assertThat(DatabaseFaults.mayPass(new IllegalArgumentException("cannot digest this")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "08006, UNREACHABLE",
    "53300, UNREACHABLE",
    "57P01, UNREACHABLE",
    "42501, UNREACHABLE",
    "40P01, CONTENTION",
    "55P03, CONTENTION",
    "57014, UNCLEAR",
    "XX000, UNCLEAR",
    "23505, OWN"
  })
  void shouldTellWhoseFaultAFailureIs(String state, FaultKind kind) {
    assertThat(DatabaseFaults.kind(new DatabaseException("cannot", new SQLException("no", state))))
        .isEqualTo(kind);
  }

  @Test
  void shouldFindATransactionThatTookTooLongUnclear() {
    assertThat(DatabaseFaults.kind(new IllegalStateException(new RollbackException("timeout"))))
        .isEqualTo(FaultKind.UNCLEAR);
    assertThat(DatabaseFaults.kind(new IllegalArgumentException("cannot digest this")))
        .isEqualTo(FaultKind.OWN);
  }
}
