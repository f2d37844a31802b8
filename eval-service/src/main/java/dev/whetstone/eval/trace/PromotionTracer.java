package dev.whetstone.eval.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.StageSpan;
import dev.whetstone.kit.trace.StageTracer;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceSubject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Continues the trace of a checkpoint's run: its evaluation, a person's approval, its rollout. A
 * checkpoint that was offered from elsewhere has a trace of its own.
 */
@ApplicationScoped
public class PromotionTracer {
  private final StageTracer tracer;
  private final Sql sql;
  private final Clock clock;

  public PromotionTracer(StageTracer tracer, Sql sql, Clock clock) {
    this.tracer = tracer;
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * A decision and the evaluation that led to it.
   *
   * @param verdict from a bounded set
   */
  public record Decided(
      LoopId loop,
      String decisionId,
      String evaluationId,
      String candidate,
      String verdict,
      Instant at) {}

  /** In the transaction that writes the decision. Returns what its event carries. */
  public Optional<TraceContext> decided(Decided decided) {
    if (!tracer.enabled()) {
      return Optional.empty();
    }
    LoopId loop = decided.loop();
    Instant began =
        instant(
            "select started_at from evaluation where evaluation_id = ?",
            decided.evaluationId(),
            decided.at());
    return tracer.record(
        StageSpan.of("evaluation", loop)
            .startedAt(began)
            .childOf(tracer.find(loop, TraceSubject.Kind.CHECKPOINT, decided.candidate()))
            .with(TraceAttributes.CHECKPOINT, decided.candidate())
            .with(TraceAttributes.DECISION, decided.decisionId())
            .with(TraceAttributes.OUTCOME, decided.verdict()),
        decided.at(),
        new TraceSubject(loop, TraceSubject.Kind.DECISION, decided.decisionId()));
  }

  /**
   * In the transaction that settles a held decision.
   *
   * @param verdict from a bounded set
   * @param heldSince when the evaluation had decided
   */
  public Optional<TraceContext> settled(
      LoopId loop, String decisionId, String verdict, Instant heldSince) {
    if (!tracer.enabled()) {
      return Optional.empty();
    }
    return tracer.record(
        StageSpan.of("approval", loop)
            .startedAt(heldSince)
            .childOf(tracer.find(loop, TraceSubject.Kind.DECISION, decisionId))
            .with(TraceAttributes.DECISION, decisionId)
            .with(TraceAttributes.OUTCOME, verdict),
        clock.instant(),
        null);
  }

  /**
   * In the transaction that ends a rollout.
   *
   * @param outcome from a bounded set
   * @param generation that is in service now
   */
  public Optional<TraceContext> rolledOut(
      LoopId loop, String decisionId, String outcome, long generation) {
    if (!tracer.enabled()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Instant began =
        instant(
            "select coalesce(begun_at, updated_at) as began from rollout where decision_id = ?",
            decisionId,
            now);
    return tracer.record(
        StageSpan.of("rollout", loop)
            .startedAt(began)
            .childOf(tracer.find(loop, TraceSubject.Kind.DECISION, decisionId))
            .with(TraceAttributes.DECISION, decisionId)
            .with(TraceAttributes.GENERATION, generation)
            .with(TraceAttributes.OUTCOME, outcome),
        now,
        null);
  }

  private Instant instant(String query, String id, Instant otherwise) {
    return sql.first(query, row -> row.getObject(1, OffsetDateTime.class), id)
        .map(OffsetDateTime::toInstant)
        .orElse(otherwise);
  }
}
