package dev.whetstone.eval.metrics;

import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.MeterTable;
import dev.whetstone.testing.GeneratedSection;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.RegisteredMeters;
import dev.whetstone.testing.RegisteredMeters.Signature;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/metrics.md lists the meters of the service, and the service has no others. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class MeterCatalogueTest {
  @Inject MeterRegistry registry;

  @Test
  void shouldListTheMeters() throws IOException {
    new GeneratedSection(Path.of("../docs/metrics.md"), "meters of eval")
        .shouldBe(MeterTable.of(EvalMeter.values()), "metrics.page.write");
  }

  @Test
  void shouldRegisterNoMeterThatIsNotDescribed() {
    new RegisteredMeters(registry)
        .shouldAllBeAmong(
            Stream.<DescribedMeter>concat(
                    Arrays.stream(EvalMeter.values()), Arrays.stream(KitMeter.values()))
                .map(DescribedMeter::description)
                .map(meter -> new Signature(meter.name(), meter.labelNames()))
                .toList());
  }

  @Test
  void shouldHaveEveryMeterFromTheStartWhoseLabelsAreKnown() {
    new RegisteredMeters(registry)
        .shouldInclude(
            Arrays.stream(EvalMeter.values())
                .filter(meter -> meter.description().isClosed())
                .map(EvalMeter::meterName));
  }
}
