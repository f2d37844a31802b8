package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.TrainingFixture.Sealed;
import dev.whetstone.training.batch.BatchStateRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Training publishes each change of a batch's state, and nothing where no state changed. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class AdoptionEventsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Inject TrainingFixture fixture;
  @Inject TestLoopState state;
  @Inject BatchStateRepository states;
  @Inject Sql sql;

  private final KafkaProbe kafka = KafkaProbe.shared();

  @AfterEach
  void leaveNothingBehind() {
    fixture.endAllRuns();
    kafka.close();
  }

  @Test
  void shouldPublishTheBatchesOfAnAdapterMadeElsewhereThatIsAppliedAndRolledBack() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));
    send(loop, BatchToCheckpointTest.decided("external", Verdict.PROMOTE, batch));
    Event<PromotionApplied> applied =
        fixture.event(loop, new PromotionApplied("d1", "external", 1, 1));
    kafka.send(applied);
    kafka.send(applied);
    send(loop, new PromotionApplied("d1", "external", 1, 1));
    awaitState(loop, "adopted");

    assertThat(adopted(loop, 1))
        .containsExactly(new BatchAdopted(List.of(batch), "external", "d1"));

    send(loop, new PromotionRolledBack("d1", "external", null, 2, "worse online"));
    awaitState(loop, "set_aside");
    assertThat(setAside(loop, 1))
        .containsExactly(new BatchSetAside(List.of(batch), "external", "d1", "worse online"));
    assertThat(order(loop)).containsExactly("batch.adopted", "batch.set-aside");
  }

  @Test
  void shouldAdoptABatchThatIsSealedAfterTheDecisionAboutAnAdapterMadeElsewhere() {
    LoopId loop = fixture.loop();
    String spec = fixture.declaration(loop, "").specSha256();
    Sealed sealed = fixture.write(loop, 1, 20, spec);
    send(loop, BatchToCheckpointTest.decided("external", Verdict.PROMOTE, id(sealed)));
    send(loop, new PromotionApplied("d1", "external", 1, 1));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                sql.query(
                        "select outcome from external_candidate where loop = ?",
                        row -> String.valueOf(row.getString(1)),
                        loop.loop())
                    .equals(List.of("adopted")));

    send(loop, sealed.event());

    assertThat(adopted(loop, 1))
        .containsExactly(new BatchAdopted(List.of(id(sealed)), "external", "d1"));
    awaitState(loop, "adopted");
  }

  @Test
  void shouldKeepABatchAsideWhenItsRolledBackCandidateIsPromotedAgain() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));
    send(loop, BatchToCheckpointTest.decided("external", Verdict.PROMOTE, batch));
    send(loop, new PromotionRolledBack("d1", "external", null, 2, "not confirmed"));
    awaitState(loop, "set_aside");

    send(loop, BatchToCheckpointTest.decided("external", Verdict.PROMOTE, batch));
    send(loop, new PromotionApplied("d2", "external", 3, 1));
    // The last event of this loop: the one before it has taken effect then.
    String last = id(fixture.seal(loop, 2, 20));
    send(loop, BatchToCheckpointTest.decided("other", Verdict.REJECT, last));

    assertThat(setAside(loop, 2))
        .extracting(BatchSetAside::batchIds)
        .containsExactly(List.of(batch), List.of(last));
    assertThat(order(loop)).containsExactly("batch.set-aside", "batch.set-aside");
    assertThat(state.batchStates(loop)).containsExactly("set_aside", "set_aside");
  }

  @Test
  void shouldPublishNothingWhereABatchStaysPending() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));
    send(loop, BatchToCheckpointTest.decided("external", Verdict.INCONCLUSIVE, batch));
    send(loop, BatchToCheckpointTest.decided("external", Verdict.HOLD, batch));
    send(loop, new PromotionFailed("d", "external", 1, "timeout"));
    send(loop, BatchToCheckpointTest.decided("external", Verdict.REJECT, batch));

    assertThat(setAside(loop, 1)).extracting(BatchSetAside::reason).hasSize(1);
    assertThat(order(loop)).containsExactly("batch.set-aside");
  }

  @Test
  void shouldPublishOnceThatAPersonSetABatchAside() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));

    setAsideByHand(loop, batch);
    setAsideByHand(loop, batch);

    assertThat(setAside(loop, 1))
        .containsExactly(new BatchSetAside(List.of(batch), null, null, "set aside by a person"));
    String last = id(fixture.seal(loop, 2, 20));
    setAsideByHand(loop, last);
    assertThat(setAside(loop, 2))
        .extracting(BatchSetAside::batchIds)
        .containsExactly(List.of(batch), List.of(last));
  }

  @Test
  void shouldPublishAWithdrawalOfACorruptBatchAsSetAside() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));

    for (int i = 0; i < 2; i++) {
      QuarkusTransaction.requiringNew()
          .run(() -> states.withdraw(loop, batch, "sft/train.jsonl does not verify"));
    }

    assertThat(setAside(loop, 1))
        .containsExactly(
            new BatchSetAside(List.of(batch), null, null, "sft/train.jsonl does not verify"));
    assertThat(state.batchStates(loop)).containsExactly("withdrawn");
    assertThat(queued(loop)).isZero();
    assertThat(setAside(loop, 1)).hasSize(1);
  }

  @Test
  void shouldPublishNothingOfAChangeThatIsRolledBack() {
    LoopId loop = fixture.loop();
    String batch = id(fixture.seal(loop, 1, 20));

    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          states.setAsideByHand(loop, batch, "why");
                          throw new IllegalStateException("the transaction fails");
                        }))
        .hasMessageContaining("the transaction fails");

    assertThat(state.batchStates(loop)).containsExactly("pending");
    assertThat(queued(loop)).isZero();
    assertThat(order(loop)).isEmpty();
  }

  private void setAsideByHand(LoopId loop, String batch) {
    given()
        .header("Authorization", TestKeys.ACME.bearer())
        .post("/v1/loops/" + loop.loop() + "/batches/" + batch + "/set-aside")
        .then()
        .statusCode(200);
  }

  private void send(LoopId loop, EventData data) {
    kafka.send(fixture.event(loop, data));
  }

  private void awaitState(LoopId loop, String expected) {
    await().atMost(PATIENCE).until(() -> state.batchStates(loop).equals(List.of(expected)));
  }

  private List<BatchAdopted> adopted(LoopId loop, int count) {
    return published(loop, EventType.BATCH_ADOPTED, BatchAdopted.class, count);
  }

  private List<BatchSetAside> setAside(LoopId loop, int count) {
    return published(loop, EventType.BATCH_SET_ASIDE, BatchSetAside.class, count);
  }

  private <T> List<T> published(LoopId loop, EventType type, Class<T> body, int count) {
    await().atMost(PATIENCE).until(() -> records(loop, type).size() >= count);
    return records(loop, type).stream().map(one -> KafkaProbe.body(one, body)).toList();
  }

  private List<ConsumerRecord<String, byte[]>> records(LoopId loop, EventType type) {
    return kafka.all(TopicNames.BATCHES, type.wireName()).stream()
        .filter(one -> loop.key().equals(one.key()))
        .toList();
  }

  /** Short names of the loop's events on the topic of batches. */
  private List<String> order(LoopId loop) {
    return kafka.all(TopicNames.BATCHES).stream()
        .filter(one -> loop.key().equals(one.key()))
        .map(one -> String.valueOf(KafkaProbe.header(one, "ce_type")))
        .map(type -> type.replaceAll("^dev.whetstone.|.v1$", ""))
        .toList();
  }

  private long queued(LoopId loop) {
    await().atMost(PATIENCE).until(() -> outboxRows(loop) == 0);
    return outboxRows(loop);
  }

  private long outboxRows(LoopId loop) {
    return sql.query(
            "select count(*) from outbox where message_key = ?", row -> row.getLong(1), loop.key())
        .getFirst();
  }

  private static String id(Sealed sealed) {
    return sealed.event().batchId();
  }
}
