package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Continues the traces that events bring along, in the transaction in which they take effect: one
 * span for each trace, however many of its events there are, and the contexts that later stages
 * link to.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class EventTraceRecorder {
  /**
   * Traces of a transaction's events that get a span; the others' contexts are stored all the same.
   */
  private static final int MOST_SPANS = 32;

  private final SpanRecorder spans;
  private final TraceContextRepository contexts;
  private final TransactionSynchronizationRegistry transactions;

  public EventTraceRecorder(
      SpanRecorder spans,
      TraceContextRepository contexts,
      TransactionSynchronizationRegistry transactions) {
    this.spans = spans;
    this.contexts = contexts;
    this.transactions = transactions;
  }

  /** Events of one loop that came with the same context. */
  private record Origin(TraceContext context, LoopId loop) {}

  /** Whether spans are recorded; callers need not prepare anything while they are not. */
  public boolean enabled() {
    return spans.enabled();
  }

  /**
   * Called before the events take effect, in the same transaction.
   *
   * @param topic that they were read from
   */
  public void taken(List<? extends Event<?>> events, String topic) {
    if (!spans.enabled()) {
      return;
    }
    Map<Origin, Integer> origins = new LinkedHashMap<>();
    Map<TraceSubject, TraceContext> found = new LinkedHashMap<>();
    for (Event<?> event : events) {
      Optional<TraceContext> context =
          TraceContext.parse(event.attributes().traceParent()).filter(TraceContext::sampled);
      if (context.isPresent()) {
        origins.merge(
            new Origin(context.get(), event.attributes().loop()), 1, (one, more) -> one + more);
        TraceSubject.of(event).ifPresent(subject -> found.put(subject, context.get()));
      }
    }
    contexts.addAll(found);
    origins.entrySet().stream()
        .limit(MOST_SPANS)
        .forEach(origin -> begin(origin.getKey(), origin.getValue(), topic));
  }

  private void begin(Origin origin, int events, String topic) {
    OpenSpan span =
        spans.begin(
            StageSpan.ofMessages("process " + topic, origin.loop())
                .childOf(Optional.of(origin.context()))
                .with(TraceAttributes.MESSAGING_SYSTEM, "kafka")
                .with(TraceAttributes.TOPIC, topic)
                .with(TraceAttributes.MESSAGES, events));
    CommitHooks.afterCommit(transactions, span::end);
  }
}
