package dev.whetstone.curation.cut;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.FaultyObjectStore;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.BatchVerification;
import dev.whetstone.curation.metrics.CurationMeter;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A sealed batch whose files are not what was sealed (I6). */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CorruptBatchTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject BatchRepository batches;
  @Inject BatchVerification verification;
  @Inject Sql sql;
  @Inject FaultyObjectStore store;
  @Inject MutableClock clock;
  @Inject MeterRegistry registry;
  private TestEvents send;

  @BeforeEach
  void sealABatch(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
    for (int i = 0; i < 60; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      feed.take(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)),
          send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    reconciler.reconcile();
  }

  /** A glitch of the store must not be a loss of data, and a GET changes nothing. */
  @Test
  void shouldReportABatchWhoseFilesChangedAndKeepIt() throws IOException {
    flipABit();

    get()
        .statusCode(503)
        .contentType("application/problem+json")
        .body("code", equalTo("batch-unreadable"))
        .body("detail", containsString(newest().cardKey()))
        .body("remedy", notNullValue());

    assertThat(newest().state()).isEqualTo(BatchState.PENDING);
  }

  @Test
  void shouldWithdrawABatchWhoseFilesStayWrong() throws IOException {
    double mismatches = checks("mismatch");
    double withdrawn = checks("withdrawn");
    flipABit();

    for (int check = 1; check <= 7; check++) {
      assertThat(newest().state()).as("before check %d", check).isEqualTo(BatchState.PENDING);
      verifyAll();
      clock.advance(Duration.ofMinutes(5));
    }

    assertThat(newest().state()).isEqualTo(BatchState.WITHDRAWN);
    assertThat(checks()).isZero();
    assertThat(checks("mismatch") - mismatches).isGreaterThanOrEqualTo(6);
    assertThat(checks("withdrawn") - withdrawn).isGreaterThanOrEqualTo(1);
  }

  private double checks(String outcome) {
    return registry
        .get(CurationMeter.BATCH_CHECKS.meterName())
        .tag("outcome", outcome)
        .counter()
        .count();
  }

  @Test
  void shouldForgetMismatchesThatPassed() throws IOException {
    flipABit();
    for (int check = 0; check < 4; check++) {
      verifyAll();
      clock.advance(Duration.ofMinutes(5));
    }
    flipABit();
    verifyAll();
    flipABit();
    clock.advance(Duration.ofDays(1));

    verifyAll();

    assertThat(newest().state()).isEqualTo(BatchState.PENDING);
    get().statusCode(503);
  }

  @Test
  void shouldNeverWithdrawABatchThatCannotBeRead() throws IOException {
    Path card = Path.of(store.uri(newest().cardKey()));
    Path elsewhere = card.resolveSibling("elsewhere-" + card.getFileName());
    Files.move(card, elsewhere);

    for (int check = 0; check < 10; check++) {
      verifyAll();
      clock.advance(Duration.ofHours(1));
    }

    assertThat(newest().state()).isEqualTo(BatchState.PENDING);
    Files.move(elsewhere, card);
  }

  private void flipABit() throws IOException {
    Path card = Path.of(store.uri(newest().cardKey()));
    byte[] bytes = Files.readAllBytes(card);
    bytes[0] ^= 1;
    Files.write(card, bytes);
  }

  private void verifyAll() {
    boolean more;
    do {
      more = verification.verifyNext();
    } while (more);
  }

  private long checks() {
    return sql.query(
            "select count(*) from batch_check where batch_id = ?",
            row -> row.getLong(1),
            newest().batchId())
        .getFirst();
  }

  @Test
  void shouldKeepABatchThatTheStoreDoesNotDeliverNow() throws IOException {
    Path card = Path.of(store.uri(newest().cardKey()));
    Path elsewhere = card.resolveSibling("elsewhere-" + card.getFileName());
    Files.move(card, elsewhere);

    get().statusCode(503).body("code", equalTo("batch-unreadable"));

    assertThat(newest().state()).isEqualTo(BatchState.PENDING);
    Files.move(elsewhere, card);
    get().statusCode(200).body("card", containsString("# Batch 1"));
  }

  private ValidatableResponse get() {
    return given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + send.loop().loop() + "/batches/" + newest().batchId())
        .then();
  }

  private Batch newest() {
    return QuarkusTransaction.requiringNew().call(() -> batches.newest(send.loop())).orElseThrow();
  }
}
