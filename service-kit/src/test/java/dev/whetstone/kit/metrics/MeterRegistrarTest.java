package dev.whetstone.kit.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.whetstone.contracts.LoopId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Meters are registered as described, and label values stay within their bounds. */
class MeterRegistrarTest {
  private static final LoopId FIRST = new LoopId("acme", "first");
  private static final LoopId SECOND = new LoopId("acme", "second");
  private static final LoopId THIRD = new LoopId("acme", "third");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MeterRegistrar meters = meters(2);

  private enum TestMeter implements DescribedMeter {
    ENDED(
        MeterDescription.counter(
            "test.ended", "things", LabelDescription.oneOf("outcome", "good", "bad"))),
    REASONS(MeterDescription.counter("test.reasons", "x", LabelDescription.code("reason", 3))),
    TOOK(MeterDescription.timer("test.took", "x")),
    HELD(
        MeterDescription.gauge(
            "test.held",
            "x",
            LabelDescription.loop(),
            LabelDescription.oneOf("state", "up", "down"))),
    GENERATION(
        MeterDescription.gauge("test.generation", "x", LabelDescription.loop())
            .onlyForLoopsOfTheirOwn()),
    STATES(MeterDescription.gauge("test.states", "x", LabelDescription.oneOf("state", "a", "b")));

    private final MeterDescription description;

    TestMeter(MeterDescription description) {
      this.description = description;
    }

    @Override
    public MeterDescription description() {
      return description;
    }
  }

  @Test
  void shouldBeginKnownCountersAndTimersAtZero() {
    meters.begin(TestMeter.values());

    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .extracting(id -> id.getName() + id.getTags())
        .containsExactlyInAnyOrder(
            "test.ended[tag(outcome=good)]", "test.ended[tag(outcome=bad)]", "test.took[]");
    assertThat(registry.get("test.ended").tag("outcome", "bad").counter().count()).isZero();
  }

  @Test
  void shouldCountUnderOtherWhatIsNoKnownValue() {
    meters.counter(TestMeter.ENDED, "text of a user").increment();

    assertThat(registry.get("test.ended").tag("outcome", "other").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldBoundTheNumberOfCodes() {
    IntStream.range(0, 50).forEach(i -> meters.counter(TestMeter.REASONS, "r" + i).increment());
    meters.counter(TestMeter.REASONS, "r1").increment();

    assertThat(registry.find("test.reasons").counters()).hasSize(4);
    assertThat(registry.get("test.reasons").tag("reason", "other").counter().count()).isEqualTo(47);
    assertThat(registry.get("test.reasons").tag("reason", "r1").counter().count()).isEqualTo(2);
  }

  @Test
  void shouldAddUpLoopsBeyondTheBound() {
    GaugeRows held = meters.rows(TestMeter.HELD);
    held.set(
        List.of(
            GaugeRow.of(1, FIRST, "up"),
            GaugeRow.of(2, SECOND, "up"),
            GaugeRow.of(3, THIRD, "up"),
            GaugeRow.of(4, new LoopId("acme", "fourth"), "up")));

    assertThat(value("test.held", "acme/first", "up")).isEqualTo(1.0);
    assertThat(value("test.held", "other", "up")).isEqualTo(7.0);
    assertThat(value("test.held", "other", "down")).isZero();
    assertThat(registry.find("test.held").gauges()).hasSize(4);
  }

  @Test
  void shouldTakeTheOldestOfLoopsBeyondTheBound() {
    GaugeRows ages = meters(0).stages(LoopStage.RUN);
    ages.set(
        List.of(
            GaugeRow.of(5, "run", FIRST.key()),
            GaugeRow.of(9, "run", SECOND.key()),
            GaugeRow.of(7, "run", THIRD.key())));

    Gauge only = registry.get(KitMeter.STAGE_OLDEST_AGE.meterName()).gauge();
    assertThat(only.value()).isEqualTo(9);
    assertThat(only.getId().getTag("loop")).isEqualTo("other");
  }

  @Test
  void shouldShowAGenerationOnlyForLoopsOfTheirOwn() {
    GaugeRows generation = meters.rows(TestMeter.GENERATION);
    generation.set(List.of(GaugeRow.of(4, FIRST), GaugeRow.of(7, SECOND), GaugeRow.of(5, THIRD)));

    assertThat(registry.find("test.generation").gauges())
        .extracting(Gauge::value)
        .containsExactlyInAnyOrder(4.0, 7.0);
  }

  @Test
  void shouldForgetRowsThatWereNotMeasuredAgain() {
    GaugeRows held = meters.rows(TestMeter.HELD);
    held.set(List.of(GaugeRow.of(1, FIRST, "up")));
    held.set(List.of(GaugeRow.of(1, SECOND, "down")));

    assertThat(value("test.held", "acme/first", "up")).isNull();
    assertThat(value("test.held", "acme/second", "down")).isEqualTo(1.0);
  }

  @Test
  void shouldShowNoNumberForWhatCannotBeMeasured() {
    GaugeRows states = meters.rows(TestMeter.STATES);
    states.set(List.of(GaugeRow.of(3, "a")));
    states.unknown();

    assertThat(registry.find("test.states").gauges())
        .hasSize(2)
        .allSatisfy(gauge -> assertThat(gauge.value()).isNaN());
  }

  @Test
  void shouldRefuseAnotherTypeAndAnotherNumberOfLabels() {
    assertThatIllegalArgumentException().isThrownBy(() -> meters.counter(TestMeter.TOOK));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> meters.counter(TestMeter.ENDED))
        .withMessageContaining("[outcome]");
  }

  private MeterRegistrar meters(int loops) {
    return new MeterRegistrar(
        registry,
        new LabelValues(
            new MetricsConfig() {
              @Override
              public int loops() {
                return loops;
              }

              @Override
              public String measureEvery() {
                return "off";
              }
            }));
  }

  private @Nullable Double value(String name, String loop, String state) {
    Gauge gauge = registry.find(name).tag("loop", loop).tag("state", state).gauge();
    return gauge == null ? null : gauge.value();
  }
}
