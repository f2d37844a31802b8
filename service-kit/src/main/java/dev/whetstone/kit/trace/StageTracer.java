package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.RequiredTransaction;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records the stages of a loop as spans, each in the transaction that ends the stage. A stage takes
 * up to days and outlives processes, so its span is made when it ends, from times that rows hold.
 * It is exported after the commit: a stage that is rolled back leaves no span.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class StageTracer {
  private final SpanRecorder spans;
  private final TraceContextRepository contexts;
  private final TransactionSynchronizationRegistry transactions;

  public StageTracer(
      SpanRecorder spans,
      TraceContextRepository contexts,
      TransactionSynchronizationRegistry transactions) {
    this.spans = spans;
    this.contexts = contexts;
    this.transactions = transactions;
  }

  /** Whether spans are recorded; callers need not read anything for them while they are not. */
  public boolean enabled() {
    return spans.enabled();
  }

  /**
   * Records a stage that has ended.
   *
   * @param subject under which the span is found by later stages; null if none follows
   * @return what events about the stage carry; empty while tracing is off
   * @throws IllegalStateException outside a transaction
   */
  public Optional<TraceContext> record(
      StageSpan stage, Instant endedAt, @Nullable TraceSubject subject) {
    if (!spans.enabled()) {
      return Optional.empty();
    }
    RequiredTransaction.check(transactions, "the span '%s' is recorded".formatted(stage.name()));
    OpenSpan span = spans.begin(stage);
    CommitHooks.afterCommit(transactions, () -> span.end(endedAt));
    Optional<TraceContext> context = span.context().filter(TraceContext::sampled);
    if (subject != null && context.isPresent()) {
      contexts.put(subject, context.get());
    }
    return context;
  }

  /** The span of a subject; empty if there is none, and while tracing is off. */
  public Optional<TraceContext> find(LoopId loop, TraceSubject.Kind kind, String id) {
    return spans.enabled() ? contexts.find(new TraceSubject(loop, kind, id)) : Optional.empty();
  }

  /**
   * The spans of several subjects; none while tracing is off.
   *
   * @param most returned
   */
  public List<TraceContext> find(
      LoopId loop, TraceSubject.Kind kind, Collection<String> ids, int most) {
    return spans.enabled() ? contexts.of(loop, kind, ids, most) : List.of();
  }
}
