package dev.whetstone.training.metrics;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.MeterDescription;
import dev.whetstone.kit.metrics.MeterTable;
import dev.whetstone.testing.GeneratedSection;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.RegisteredMeters;
import dev.whetstone.testing.RegisteredMeters.Signature;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/metrics.md lists the meters of the service, and the service has no others. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class MeterCatalogueTest {
  @TestHTTPResource(value = "/", management = true)
  URI management;

  @Inject MeterRegistry registry;

  @Test
  void shouldListTheMeters() throws IOException {
    new GeneratedSection(Path.of("../docs/metrics.md"), "meters of training")
        .shouldBe(MeterTable.of(TrainingMeter.values()), "metrics.page.write");
  }

  @Test
  void shouldRegisterNoMeterThatIsNotDescribed() {
    new RegisteredMeters(registry)
        .shouldAllBeAmong(
            Stream.<DescribedMeter>concat(
                    Arrays.stream(TrainingMeter.values()), Arrays.stream(KitMeter.values()))
                .map(DescribedMeter::description)
                .map(meter -> new Signature(meter.name(), meter.labelNames()))
                .toList());
  }

  @Test
  void shouldHaveEveryMeterFromTheStartWhoseLabelsAreKnown() {
    new RegisteredMeters(registry)
        .shouldInclude(
            Arrays.stream(TrainingMeter.values())
                .filter(meter -> meter.description().isClosed())
                .map(TrainingMeter::meterName));
  }

  @Test
  void shouldHaveTheNamesOfThePageInAScrape() {
    String scrape = given().get(management.resolve("/q/metrics")).then().extract().asString();

    assertThat(
            Stream.<DescribedMeter>concat(
                    Arrays.stream(TrainingMeter.values()), Arrays.stream(KitMeter.values()))
                .map(DescribedMeter::description)
                .filter(meter -> meter.combining() != MeterDescription.Combining.LEAVE_OUT)
                .map(MeterCatalogueTest::sample))
        .allSatisfy(sample -> assertThat(scrape).containsPattern("\n" + sample + "[ {]"));
  }

  private static String sample(MeterDescription meter) {
    boolean timed = meter.type() == MeterDescription.Type.TIMER;
    return meter.prometheusName() + (timed ? "_count" : "");
  }
}
