package dev.whetstone.kit.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.sql.SQLException;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFaultTest {
  @ParameterizedTest
  @CsvSource({
    "28P01, WHETSTONE_DB_PASSWORD",
    "28000, WHETSTONE_DB_USER",
    "3D000, create the database",
    "42501, owner",
    "53300, max_connections",
    "08001, WHETSTONE_DB_URL",
    "08006, NetworkPolicy"
  })
  void shouldNameTheRemedyOfEachFaultOfTheDatabase(String state, String remedy) {
    var fault =
        new IllegalStateException(
            "Failed to start quarkus", new SQLException("FATAL: refused\n  Detail: more", state));

    StartFault said = StartFault.of(fault);

    assertThat(said.remedy()).contains(remedy);
    assertThat(said.reason()).contains("FATAL: refused").doesNotContain("\n");
  }

  @Test
  void shouldPreferTheDatabasesFaultToTheRootCause() {
    var sql = new SQLException("refused", "28P01", new IllegalArgumentException("inner"));

    assertThat(StartFault.of(new RuntimeException(sql)).reason()).contains("SQLSTATE 28P01");
  }

  @Test
  void shouldNameAPortInUse() {
    assertThat(StartFault.of(new RuntimeException(new BindException("Address already in use"))))
        .isEqualTo(
            new StartFault(
                "Address already in use",
                "end the process that listens there, or set another port in WHETSTONE_HTTP_PORT"));
  }

  @Test
  void shouldNameAMissingProperty() {
    var missing =
        new NoSuchElementException(
            "SRCFG00014: The config property whetstone.hmac.key is required but it could not be found");

    assertThat(StartFault.of(missing).remedy()).contains("set the named property");
  }

  @Test
  void shouldEndOnACircleOfCauses() {
    var first = new IllegalStateException("first");
    var second = new IllegalStateException("second", first);
    first.initCause(second);

    assertThat(StartFault.of(first).reason()).isEqualTo("second");
  }

  @Test
  void shouldShortenALongMessageAndNameAFaultWithoutOne() {
    assertThat(StartFault.of(new IllegalStateException("x".repeat(9_000))).reason()).hasSize(501);
    assertThat(StartFault.of(new IllegalStateException()).reason()).isEqualTo("illegalstate");
  }
}
