package dev.whetstone.curation.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.kit.trace.SpanRecorder;
import dev.whetstone.kit.trace.StageTracer;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceContextRepository;
import dev.whetstone.kit.trace.TraceSubject;
import dev.whetstone.kit.trace.TracingConfig;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.RecordedSpans;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class BatchTracerTest {
  private static final Instant AT = TestClock.START;
  private static final int CONVERSATIONS = 60;
  private static final int TRACES = 200;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject BatchRepository batches;
  @Inject TraceContextRepository contexts;
  @Inject TransactionSynchronizationRegistry transactions;
  @Inject Sql sql;
  @Inject MutableClock clock;

  private final RecordedSpans spans = new RecordedSpans();

  /** Limits a batch to 150 traces. */
  private static final class FewLinks implements TracingConfig {
    @Override
    public Duration keep() {
      return Duration.ofDays(90);
    }

    @Override
    public String pruneEvery() {
      return "1h";
    }

    @Override
    public int batchLinks() {
      return 150;
    }
  }

  private BatchTracer tracer() {
    var stages = new StageTracer(new SpanRecorder(spans.telemetry()), contexts, transactions);
    return new BatchTracer(stages, new FewLinks(), sql);
  }

  @Test
  void shouldLinkABatchToTheTracesOfItsFeedbackUpToTheLimit(TestInfo test) {
    Batch batch = sealed(TestEvents.of(test));
    String cut = text("select cut_id from cut where batch_id = ?", batch.batchId());
    Map<TraceSubject, TraceContext> traced = traces(batch, cut);

    Optional<TraceContext> seal =
        QuarkusTransaction.requiringNew()
            .call(() -> tracer().sealed(batch, cut, batch.sealedAt(), CONVERSATIONS));

    assertThat(spans.exported())
        .extracting(RecordedSpans.Recorded::name)
        .containsExactlyInAnyOrder("batch seal", "batch inputs");
    assertThat(spans.exported())
        .extracting(RecordedSpans.Recorded::traceId)
        .containsOnly(seal.orElseThrow().traceId());
    assertThat(spans.exported())
        .extracting(span -> span.linkedTraces().size())
        .containsExactlyInAnyOrder(128, 22);
    assertThat(spans.exported().stream().flatMap(span -> span.linkedTraces().stream()).toList())
        .doesNotHaveDuplicates()
        .isSubsetOf(traced.values().stream().map(TraceContext::traceId).toList());
    assertThat(
            contexts.find(new TraceSubject(batch.loop(), TraceSubject.Kind.BATCH, batch.batchId())))
        .isEqualTo(seal);
  }

  private Batch sealed(TestEvents send) {
    clock.set(AT.plusSeconds(3600));
    feed.declare(send.declared(""));
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < CONVERSATIONS; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    feed.take(events);
    reconciler.reconcile();
    return QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop())).getFirst();
  }

  /** More feedback on one example of the cut, each with a trace of its own. */
  private Map<TraceSubject, TraceContext> traces(Batch batch, String cut) {
    String example = text("select row_id from example where cut_id = ? order by 1 limit 1", cut);
    Map<TraceSubject, TraceContext> traced = new LinkedHashMap<>();
    List<Object[]> links = new ArrayList<>();
    for (int i = 1; i <= TRACES; i++) {
      String key = batch.loop().key() + "/app/traced-" + i;
      links.add(new Object[] {example, key});
      traced.put(
          new TraceSubject(batch.loop(), TraceSubject.Kind.EVENT, key),
          new TraceContext("%032x".formatted(i), "%016x".formatted(i), true));
    }
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.updateAll("insert into example_event (row_id, event_key) values (?, ?)", links);
              contexts.addAll(traced);
            });
    return traced;
  }

  private String text(String query, String id) {
    return sql.first(query, row -> row.getString(1), id).orElseThrow();
  }
}
