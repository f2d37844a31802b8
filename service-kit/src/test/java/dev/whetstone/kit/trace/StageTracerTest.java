package dev.whetstone.kit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.EventFactory;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class StageTracerTest {
  private static final AtomicInteger LOOPS = new AtomicInteger();
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final TraceContext SENT =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);

  @Inject TraceContextRepository contexts;
  @Inject TransactionSynchronizationRegistry transactions;
  @Inject StageTracer switchedOff;
  @Inject TracePruning pruning;
  @Inject EventFactory events;

  private final LoopId loop = new LoopId("acme", "traces-" + LOOPS.incrementAndGet());
  private final RecordedSpans spans = new RecordedSpans();

  private StageTracer tracer() {
    return new StageTracer(new SpanRecorder(spans.telemetry()), contexts, transactions);
  }

  private EventTraceRecorder eventTraces() {
    return new EventTraceRecorder(new SpanRecorder(spans.telemetry()), contexts, transactions);
  }

  private TraceSubject batch(String id) {
    return new TraceSubject(loop, TraceSubject.Kind.BATCH, id);
  }

  @Test
  void shouldExportTheSpanOfAStageAfterItsCommit() {
    Optional<TraceContext> context =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  Optional<TraceContext> made =
                      tracer()
                          .record(
                              StageSpan.of("batch seal", loop)
                                  .startedAt(START)
                                  .linkedTo(List.of(SENT))
                                  .with(TraceAttributes.EXAMPLES, 3),
                              START.plusSeconds(2),
                              batch("b1"));
                  assertThat(spans.exported()).isEmpty();
                  return made;
                });

    assertThat(spans.exported()).hasSize(1);
    RecordedSpans.Recorded span = spans.exported().getFirst();
    assertThat(span.name()).isEqualTo("batch seal");
    assertThat(span.took()).isEqualTo(Duration.ofSeconds(2));
    assertThat(span.linkedTraces()).containsExactly(SENT.traceId());
    assertThat(span.attributes())
        .containsEntry(TraceAttributes.LOOP, loop.loop())
        .containsEntry(TraceAttributes.EXAMPLES, "3");
    assertThat(context).map(TraceContext::spanId).contains(span.spanId());
    assertThat(contexts.find(batch("b1"))).isEqualTo(context);
  }

  @Test
  void shouldExportNothingOfAStageThatIsRolledBack() {
    assertThatThrownBy(
            () ->
                QuarkusTransaction.requiringNew()
                    .run(
                        () -> {
                          tracer()
                              .record(
                                  StageSpan.of("batch seal", loop).startedAt(START),
                                  START,
                                  batch("b2"));
                          throw new IllegalStateException("the stage failed");
                        }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(spans.exported()).isEmpty();
    assertThat(contexts.find(batch("b2"))).isEmpty();
  }

  @Test
  void shouldPutALaterStageIntoTheTraceOfAnEarlierOne() {
    StageTracer tracer = tracer();
    TraceContext plan =
        record(tracer, StageSpan.of("run plan", loop).startedAt(START), batch("b3")).orElseThrow();

    Optional<TraceContext> parent = tracer.find(loop, TraceSubject.Kind.BATCH, "b3");
    TraceContext run =
        record(tracer, StageSpan.of("run", loop).startedAt(START).childOf(parent), null)
            .orElseThrow();

    assertThat(run.traceId()).isEqualTo(plan.traceId());
    assertThat(spans.exported().getLast().parentSpanId()).isEqualTo(plan.spanId());
  }

  @Test
  void shouldRecordNothingWhileTracingIsOff() {
    assertThat(switchedOff.enabled()).isFalse();

    assertThat(record(switchedOff, StageSpan.of("batch seal", loop).startedAt(START), batch("b4")))
        .isEmpty();
    assertThat(contexts.find(batch("b4"))).isEmpty();
  }

  @Test
  void shouldContinueATraceOnceHoweverManyOfItsEventsArrive() {
    List<Event<?>> received = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      received.add(retraction("r" + i).tracedBy(SENT.text()));
    }
    received.add(retraction("unsampled").tracedBy(SENT.text().replaceFirst("01$", "00")));
    received.add(retraction("untraced"));

    QuarkusTransaction.requiringNew().run(() -> eventTraces().taken(received, "some.topic"));

    assertThat(spans.exported()).hasSize(1);
    RecordedSpans.Recorded span = spans.exported().getFirst();
    assertThat(span.kind()).isEqualTo("CONSUMER");
    assertThat(span.traceId()).isEqualTo(SENT.traceId());
    assertThat(span.parentSpanId()).isEqualTo(SENT.spanId());
    assertThat(span.attributes()).containsEntry(TraceAttributes.MESSAGES, "5");
  }

  @Test
  void shouldFindTheSameContextsOfManySubjectsEachTime() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add("many-" + i);
      record(tracer(), StageSpan.of("batch seal", loop).startedAt(START), batch("many-" + i));
    }

    List<TraceContext> some = contexts.of(loop, TraceSubject.Kind.BATCH, ids, 7);

    assertThat(some).hasSize(7).doesNotHaveDuplicates();
    assertThat(contexts.of(loop, TraceSubject.Kind.BATCH, ids.reversed(), 7)).isEqualTo(some);
  }

  @Test
  void shouldForgetContextsOnRequestAndByAge() {
    record(tracer(), StageSpan.of("batch seal", loop).startedAt(START), batch("b5"));
    pruning.prune();
    assertThat(contexts.find(batch("b5"))).isPresent();

    QuarkusTransaction.requiringNew()
        .run(() -> contexts.forget(loop, TraceSubject.Kind.BATCH, List.of("b5")));
    assertThat(contexts.find(batch("b5"))).isEmpty();

    record(tracer(), StageSpan.of("batch seal", loop).startedAt(START), batch("b6"));
    assertThat(contexts.deleteOlderThan(Instant.parse("9999-01-01T00:00:00Z"), 100_000))
        .isPositive();
    assertThat(contexts.find(batch("b6"))).isEmpty();
  }

  private static Optional<TraceContext> record(
      StageTracer tracer, StageSpan span, @Nullable TraceSubject subject) {
    return QuarkusTransaction.requiringNew()
        .call(() -> tracer.record(span, START.plusSeconds(1), subject));
  }

  private Event<FeedbackRetracted> retraction(String id) {
    return events.create(
        id, loop, "app", id, loop.key(), new FeedbackRetracted("app", id, null, null));
  }
}
