package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.StageSpan;
import dev.whetstone.kit.trace.StageTracer;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceSubject;
import dev.whetstone.kit.trace.TracingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Begins the trace of a batch and links it to the traces of the interactions and feedback in it.
 * Many traces lead to one batch, so none of them can be its parent.
 */
@ApplicationScoped
public class BatchTracer {
  private static final String FEEDBACK =
      """
      select distinct t.traceparent from example x
      join example_event l using (row_id)
      join trace_context t on t.tenant = x.tenant and t.loop = x.loop and t.kind = 'event'
        and t.subject = l.event_key
      where x.cut_id = ? order by 1 limit ?
      """;

  private final StageTracer tracer;
  private final TracingConfig config;
  private final Sql sql;

  public BatchTracer(StageTracer tracer, TracingConfig config, Sql sql) {
    this.tracer = tracer;
    this.config = config;
    this.sql = sql;
  }

  /**
   * Records the seal, in the transaction that records the batch.
   *
   * @param cutId the cut, which still holds the batch's examples
   * @param cutAt when it was made
   * @return what the batch's event carries; empty while tracing is off
   */
  public Optional<TraceContext> sealed(Batch batch, String cutId, Instant cutAt, int examples) {
    if (!tracer.enabled()) {
      return Optional.empty();
    }
    LoopId loop = batch.loop();
    List<TraceContext> feedback = feedback(cutId);
    int first = Math.min(StageSpan.MOST_LINKS, feedback.size());
    Optional<TraceContext> seal =
        tracer.record(
            StageSpan.of("batch seal", loop)
                .startedAt(cutAt)
                .linkedTo(feedback.subList(0, first))
                .with(TraceAttributes.BATCH, batch.batchId())
                .with(TraceAttributes.EXAMPLES, examples),
            batch.sealedAt(),
            new TraceSubject(loop, TraceSubject.Kind.BATCH, batch.batchId()));
    for (int from = first; from < feedback.size(); from += StageSpan.MOST_LINKS) {
      int to = Math.min(feedback.size(), from + StageSpan.MOST_LINKS);
      tracer.record(
          StageSpan.of("batch inputs", loop)
              .startedAt(batch.sealedAt())
              .childOf(seal)
              .linkedTo(feedback.subList(from, to))
              .with(TraceAttributes.BATCH, batch.batchId()),
          batch.sealedAt(),
          null);
    }
    return seal;
  }

  /** In the order of their random ids, so that a bounded number of them is an even sample. */
  private List<TraceContext> feedback(String cutId) {
    return sql.query(FEEDBACK, row -> row.getString(1), cutId, config.batchLinks()).stream()
        .flatMap(text -> TraceContext.parse(text).stream())
        .toList();
  }
}
