package dev.whetstone.training.run;

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
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.plan.RunIdentity;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RunTracerTest {
  private static final Instant START = Instant.parse("2026-11-02T09:00:00Z");
  private static final LoopId LOOP = new LoopId("acme", "traced-run");
  private static final RunIdentity RUN =
      new RunIdentity("run-traced", LOOP, List.of("batch-1", "batch-2"), "a".repeat(64), START);
  private static final TraceContext BATCH =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);

  @Inject TraceContextRepository contexts;
  @Inject TransactionSynchronizationRegistry transactions;
  @Inject Sql sql;

  private final RecordedSpans spans = new RecordedSpans();

  @Test
  void shouldShowARunAndItsAttemptsInOneTrace() {
    RunTracer tracer =
        new RunTracer(
            new StageTracer(new SpanRecorder(spans.telemetry()), contexts, transactions), sql);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              contexts.put(new TraceSubject(LOOP, TraceSubject.Kind.BATCH, "batch-2"), BATCH);
              insertRun();
              insertAttempt(1, null, null);
              insertAttempt(2, START.plusSeconds(20), START.plusSeconds(30));
            });

    QuarkusTransaction.requiringNew().run(() -> tracer.planned(RUN));
    QuarkusTransaction.requiringNew()
        .run(() -> tracer.attemptEnded(RUN, facts(1), "lost", START.plusSeconds(5)));
    Optional<TraceContext> ended =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  tracer.attemptEnded(RUN, facts(2), Attempt.SUCCEEDED, START.plusSeconds(90));
                  return tracer.ended(RUN, "succeeded", "checkpoint-1", START.plusSeconds(91));
                });

    assertThat(spans.exported())
        .extracting(Recorded::name)
        .containsExactlyInAnyOrder(
            "run plan",
            "attempt",
            "attempt",
            "worker load",
            "worker prepare",
            "worker train",
            "run");
    assertThat(spans.exported())
        .extracting(Recorded::traceId)
        .containsOnly(ended.orElseThrow().traceId());
    assertThat(only("run plan").linkedTraces()).containsExactly(BATCH.traceId());
    assertThat(only("worker train").took()).isEqualTo(Duration.ofSeconds(60));
    assertThat(only("run").parentSpanId()).isEqualTo(only("run plan").spanId());
    assertThat(only("run").attributes())
        .containsEntry(TraceAttributes.OUTCOME, "succeeded")
        .containsEntry(TraceAttributes.CHECKPOINT, "checkpoint-1");
    assertThat(contexts.find(new TraceSubject(LOOP, TraceSubject.Kind.CHECKPOINT, "checkpoint-1")))
        .isEqualTo(ended);
  }

  private Recorded only(String name) {
    List<Recorded> found =
        spans.exported().stream().filter(span -> span.name().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.getFirst();
  }

  private static Attempt.Facts facts(long fence) {
    return new Attempt.Facts(
        RUN.runId() + "-" + fence,
        RUN.runId(),
        fence,
        TestLaunches.spec(RUN.runId(), fence),
        START);
  }

  private void insertRun() {
    sql.update(
        """
        insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, created_at, ended_at)
        values (?, ?, ?, ?, ?, 'succeeded', ?, ?)
        """,
        RUN.runId(),
        LOOP.tenant(),
        LOOP.loop(),
        RUN.batchIds(),
        RUN.loopSpecSha256(),
        START,
        START.plusSeconds(91));
  }

  private void insertAttempt(long fence, @Nullable Instant training, @Nullable Instant firstStep) {
    sql.update(
        """
        insert into attempt (attempt_id, run_id, fence, state, run_spec, lease_seconds, started_at,
          training_at, first_step_at, ended_at)
        values (?, ?, ?, 'ended', '{}'::jsonb, 60, ?, ?::timestamptz, ?::timestamptz, ?)
        """,
        RUN.runId() + "-" + fence,
        RUN.runId(),
        fence,
        START,
        training,
        firstStep,
        START.plusSeconds(90));
  }
}
