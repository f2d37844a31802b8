package dev.whetstone.eval.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.SpanRecorder;
import dev.whetstone.kit.trace.StageTracer;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceContextRepository;
import dev.whetstone.kit.trace.TraceSubject;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.RecordedSpans;
import dev.whetstone.testing.RecordedSpans.Recorded;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class PromotionTracerTest {
  private static final Instant BEGAN = Instant.parse("2026-11-02T09:00:00Z");
  private static final Instant DECIDED = BEGAN.plus(Duration.ofHours(1));
  private static final LoopId LOOP = new LoopId("acme", "traced-promotion");
  private static final TraceContext RUN =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);

  @Inject TraceContextRepository contexts;
  @Inject TransactionSynchronizationRegistry transactions;
  @Inject Sql sql;
  @Inject Clock clock;

  private final RecordedSpans spans = new RecordedSpans();
  private PromotionTracer tracer;

  @BeforeEach
  void recordSpans() {
    tracer =
        new PromotionTracer(
            new StageTracer(new SpanRecorder(spans.telemetry()), contexts, transactions),
            sql,
            clock);
  }

  @Test
  void shouldContinueTheTraceOfTheCheckpoint() {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              contexts.put(new TraceSubject(LOOP, TraceSubject.Kind.CHECKPOINT, "traced"), RUN);
              insertEvaluation("ev-traced", "traced");
              insertDecision("d-traced", "ev-traced", "traced");
              insertRollout("d-traced", "traced");
            });

    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              tracer.decided(decided("d-traced", "ev-traced", "traced"));
              tracer.settled(LOOP, "d-traced", "PROMOTE", DECIDED);
            });
    QuarkusTransaction.requiringNew().run(() -> tracer.rolledOut(LOOP, "d-traced", "applied", 4));

    assertThat(spans.exported())
        .extracting(Recorded::name)
        .containsExactlyInAnyOrder("evaluation", "approval", "rollout");
    assertThat(spans.exported()).extracting(Recorded::traceId).containsOnly(RUN.traceId());
    Recorded evaluation = only("evaluation");
    assertThat(evaluation.parentSpanId()).isEqualTo(RUN.spanId());
    assertThat(evaluation.took()).isEqualTo(Duration.ofHours(1));
    assertThat(only("approval").parentSpanId()).isEqualTo(evaluation.spanId());
    assertThat(only("rollout").parentSpanId()).isEqualTo(evaluation.spanId());
    assertThat(only("rollout").took()).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
    assertThat(only("rollout").attributes())
        .containsEntry(TraceAttributes.OUTCOME, "applied")
        .containsEntry(TraceAttributes.GENERATION, "4");
  }

  @Test
  void shouldGiveACheckpointFromElsewhereATraceOfItsOwn() {
    Optional<TraceContext> trace =
        QuarkusTransaction.requiringNew()
            .call(() -> tracer.decided(decided("d-offered", "ev-unknown", "offered")));

    assertThat(trace).isPresent();
    assertThat(only("evaluation").parentSpanId()).isEqualTo("0".repeat(16));
  }

  private static PromotionTracer.Decided decided(
      String decision, String evaluation, String candidate) {
    return new PromotionTracer.Decided(LOOP, decision, evaluation, candidate, "HOLD", DECIDED);
  }

  private Recorded only(String name) {
    List<Recorded> found =
        spans.exported().stream().filter(span -> span.name().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.getFirst();
  }

  private void insertEvaluation(String evaluation, String candidate) {
    sql.update(
        """
        insert into evaluation (evaluation_id, tenant, loop, checkpoint_id, champion_generation, look,
          state, reason, next_attempt_at, started_at, updated_at)
        values (?, ?, ?, ?, 3, 1, 'decided', '', ?, ?, ?)
        """,
        evaluation,
        LOOP.tenant(),
        LOOP.loop(),
        candidate,
        BEGAN,
        BEGAN,
        DECIDED);
  }

  private void insertDecision(String decision, String evaluation, String candidate) {
    sql.update(
        """
        insert into decision (decision_id, tenant, loop, evaluation_id, candidate,
          champion_generation, verdict, mode, rollout_wanted, adoption, body, facts, decided_at)
        values (?, ?, ?, ?, ?, 3, 'PROMOTE', 'APPROVE', true, 'adopted', '{}', '{}', ?)
        """,
        decision,
        LOOP.tenant(),
        LOOP.loop(),
        evaluation,
        candidate,
        DECIDED);
  }

  private void insertRollout(String decision, String candidate) {
    Instant now = clock.instant();
    sql.update(
        """
        insert into rollout (decision_id, tenant, loop, checkpoint_id, adapter_uri, served_name,
          from_generation, state, deadline, reason, updated_at, begun_at)
        values (?, ?, ?, ?, 'file:///a', 'acme.traced-promotion.traced', 3, 'applied', ?, '', ?, ?)
        """,
        decision,
        LOOP.tenant(),
        LOOP.loop(),
        candidate,
        now,
        now,
        now.minusSeconds(5));
  }
}
