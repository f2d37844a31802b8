package dev.whetstone.eval.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.LabelDescription;
import dev.whetstone.kit.metrics.MeterTable;
import dev.whetstone.testing.GeneratedSection;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    List<String> described =
        Stream.concat(
                Arrays.<DescribedMeter>stream(EvalMeter.values()), Arrays.stream(KitMeter.values()))
            .map(DescribedMeter::description)
            .map(
                meter ->
                    meter.name()
                        + meter.labels().stream().map(LabelDescription::name).sorted().toList())
            .toList();

    assertThat(registry.getMeters().stream().map(Meter::getId))
        .filteredOn(id -> id.getName().startsWith("whetstone."))
        .isNotEmpty()
        .allSatisfy(
            id ->
                assertThat(id.getName() + id.getTags().stream().map(Tag::getKey).sorted().toList())
                    .isIn(described));
  }

  @Test
  void shouldHaveEveryMeterFromTheStartWhoseLabelsAreKnown() {
    assertThat(
            Arrays.stream(EvalMeter.values())
                .filter(meter -> meter.description().isClosed())
                .map(EvalMeter::meterName))
        .allSatisfy(name -> assertThat(registry.find(name).meters()).isNotEmpty());
  }
}
