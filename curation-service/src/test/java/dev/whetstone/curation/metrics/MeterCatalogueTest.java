package dev.whetstone.curation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.curation.example.ExampleState;
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
import java.time.Duration;
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
    new GeneratedSection(Path.of("../docs/metrics.md"), "meters of curation")
        .shouldBe(MeterTable.of(CurationMeter.values()), "metrics.page.write");
  }

  @Test
  void shouldRegisterNoMeterThatIsNotDescribed() {
    new RegisteredMeters(registry)
        .shouldAllBeAmong(
            Stream.<DescribedMeter>concat(
                    Arrays.stream(CurationMeter.values()), Arrays.stream(KitMeter.values()))
                .map(DescribedMeter::description)
                .map(meter -> new Signature(meter.name(), meter.labelNames()))
                .toList());
  }

  @Test
  void shouldHaveEveryMeterFromTheStartWhoseLabelsAreKnown() {
    new RegisteredMeters(registry)
        .shouldInclude(
            Arrays.stream(CurationMeter.values())
                .filter(meter -> meter.description().isClosed())
                .map(CurationMeter::meterName));
  }

  @Test
  void shouldKnowEveryStateOfAnExample() {
    assertThat(CurationMeter.EXAMPLES.description().labels().get(1).values())
        .containsExactlyElementsOf(
            Arrays.stream(Form.values())
                .flatMap(
                    form ->
                        Arrays.stream(ExampleState.values())
                            .map(state -> form.wireName() + " " + state.wireName()))
                .toList());
  }

  /** Those of each partition follow within a minute, when Micrometer looks for new ones. */
  @Test
  void shouldHaveTheMetricsOfItsKafkaConsumers() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(registry.find("kafka.consumer.fetch.manager.records.lag.max").meters())
                    .extracting(meter -> meter.getId().getTag("client.id"))
                    .anySatisfy(client -> assertThat(client).contains("feedback")));
  }
}
