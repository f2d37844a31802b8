package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The compose file runs the images that the chart runs, gives the services what they read, and
 * grants no more than they need. No container engine takes part.
 */
class ComposeFileTest {
  private static final Path FOLDER = ChartFiles.PROJECT.resolve("deploy/compose");
  private static final List<String> SERVICES = List.of("ingest", "curation", "training", "eval");

  /** Images of this checkout by the container that runs them. */
  private static final Map<String, String> IMAGES =
      Map.of(
          "infrastructure", "infrastructure",
          "ingest", "ingest-service",
          "curation", "curation-service",
          "training", "training-service",
          "eval", "eval-service",
          "worker", "worker");

  /** A placeholder without a default: the service does not start where it is not set. */
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]+)}");

  /** Read by Quarkus and by the tokenizers of curation. */
  private static final Set<String> OF_LIBRARIES =
      Set.of("QUARKUS_HTTP_HOST", "QUARKUS_CONFIG_LOCATIONS", "DJL_CACHE_DIR");

  private static final String PREPARE = ChartFiles.text(FOLDER.resolve("prepare.sh"));

  private final JsonNode compose = yaml(FOLDER.resolve("compose.yaml"));

  @Test
  void shouldRunTheImagesThatTheChartRuns() {
    JsonNode images = ChartFiles.values("values.yaml").path("images");
    String version = yaml(ChartFiles.CHART.resolve("Chart.yaml")).path("appVersion").asText();
    String prefix = images.path("registry").asText() + "/" + images.path("repository").asText();

    IMAGES.forEach(
        (container, image) ->
            assertThat(container(container).path("image").asText())
                .isEqualTo(prefix + "/" + image + ":" + version));
    assertThat(names(compose.path("services")))
        .as("others come from a registry, with a fixed version")
        .filteredOn(name -> !IMAGES.containsKey(name))
        .allSatisfy(
            name ->
                assertThat(container(name).path("image").asText())
                    .matches(".+:v?\\d+\\.\\d+\\.\\d+"));
  }

  @Test
  void shouldGiveEachServiceWhatItNeedsToStartAndNothingThatNothingReads() {
    Set<String> known = new TreeSet<>(KnownSettings.ofServices());
    known.addAll(OF_LIBRARIES);
    for (String service : SERVICES) {
      Set<String> set = new TreeSet<>(names(container(service).path("environment")));
      assertThat(known).as(service).containsAll(set);
      texts(container(service).path("secrets")).forEach(secret -> set.addAll(propertiesOf(secret)));
      Path properties =
          ChartFiles.PROJECT.resolve(
              service + "-service/src/main/resources/application.properties");
      assertThat(set)
          .as("settings of %s without a default", service)
          .containsAll(
              REQUIRED
                  .matcher(ChartFiles.text(properties))
                  .results()
                  .map(found -> found.group(1))
                  .collect(Collectors.toSet()));
    }
    assertThat(propertiesOf("curation.properties")).containsExactly("WHETSTONE_CURATION_HMAC_KEY");
  }

  @Test
  void shouldReadSecretsFromTheFilesThatPrepareWrites() {
    Set<String> declared = names(compose.path("secrets"));
    for (String service : SERVICES) {
      List<String> secrets = texts(container(service).path("secrets"));
      assertThat(declared).containsAll(secrets);
      assertThat(container(service).path("environment").path("QUARKUS_CONFIG_LOCATIONS").asText())
          .isEqualTo(
              secrets.stream()
                  .map(name -> "/run/secrets/" + name)
                  .collect(Collectors.joining(",")));
    }
    for (String name : declared) {
      String file = compose.path("secrets").path(name).path("file").asText();
      assertThat(file).isEqualTo("./state/secrets/" + name);
      assertThat(PREPARE).contains("$state/secrets/" + name);
    }
    assertThat(container("infrastructure").path("command").toString())
        .contains("@/run/secrets/infrastructure.args");
  }

  @Test
  void shouldGrantNoMoreThanNeeded() {
    for (String name : names(compose.path("services"))) {
      JsonNode container = container(name);
      assertThat(container.path("user").asText()).as(name).matches("[1-9]\\d*:\\d+");
      assertThat(container.path("read_only").asBoolean()).as(name).isTrue();
      assertThat(texts(container.path("cap_drop"))).as(name).containsExactly("ALL");
      assertThat(texts(container.path("security_opt")))
          .as(name)
          .containsExactly("no-new-privileges:true");
      assertThat(container.path("privileged").isMissingNode()).as(name).isTrue();
      assertThat(texts(container.path("ports")))
          .as(name)
          .allSatisfy(port -> assertThat(port).startsWith("127.0.0.1:"));
      if (!name.equals("worker")) {
        assertThat(texts(container.path("networks"))).as(name).containsExactly("whetstone");
      }
    }
  }

  @Test
  void shouldPublishTheApisAndAskEachContainerForItsHealth() {
    Map<String, String> published = new TreeMap<>();
    for (String service : SERVICES) {
      JsonNode container = container(service);
      JsonNode environment = container.path("environment");
      published.put(service, texts(container.path("ports")).getFirst());
      assertThat(published.get(service))
          .endsWith(":" + environment.path("WHETSTONE_HTTP_PORT").asText());
      assertThat(texts(container.path("healthcheck").path("test")).getLast())
          .isEqualTo(
              "http://127.0.0.1:"
                  + environment.path("WHETSTONE_MANAGEMENT_PORT").asText()
                  + "/q/health/ready");
      assertThat(texts(container.path("healthcheck").path("test")))
          .contains("dev.whetstone.kit.start.ReadinessProbe");
    }
    assertThat(published.values())
        .containsExactlyInAnyOrder(
            "127.0.0.1:18081:8080",
            "127.0.0.1:18082:8080",
            "127.0.0.1:18083:8080",
            "127.0.0.1:18084:8080");
    assertThat(texts(container("infrastructure").path("healthcheck").path("test")))
        .contains("dev.whetstone.embedded.InfrastructureProbe");
    assertThat(
            ChartFiles.PROJECT.resolve(
                "service-kit/src/main/java/dev/whetstone/kit/start/ReadinessProbe.java"))
        .exists();
    assertThat(
            ChartFiles.PROJECT.resolve(
                "deploy/local/embedded/src/main/java/dev/whetstone/embedded/InfrastructureProbe.java"))
        .exists();
  }

  @Test
  void shouldMountOnlyWhatIsThereOrIsPrepared() throws IOException {
    for (String name : names(compose.path("services"))) {
      for (String mount : texts(container(name).path("volumes"))) {
        String source =
            mount.replaceFirst("^\\$\\{WHETSTONE_MODELS:-([^}]+)}", "$1").replaceFirst(":/.*", "");
        if (source.startsWith("./state/")) {
          assertThat(PREPARE).contains("\"$state/" + source.substring("./state/".length()) + "\"");
        } else {
          assertThat(FOLDER.resolve(source).toRealPath()).as(name).exists();
        }
      }
    }
  }

  @Test
  void shouldScrapeEachServiceUnderTheNameThatTheDashboardsUse() {
    Map<String, String> jobs = jobs(FOLDER.resolve("prometheus.yml"));

    assertThat(jobs.keySet())
        .isEqualTo(jobs(ChartFiles.PROJECT.resolve("deploy/monitoring/prometheus.yml")).keySet());
    jobs.forEach(
        (job, target) ->
            assertThat(target)
                .isEqualTo(
                    job
                        + ":"
                        + container(job)
                            .path("environment")
                            .path("WHETSTONE_MANAGEMENT_PORT")
                            .asText()));
  }

  private static Map<String, String> jobs(Path file) {
    Map<String, String> jobs = new TreeMap<>();
    yaml(file)
        .path("scrape_configs")
        .forEach(
            job ->
                jobs.put(
                    job.path("job_name").asText(), job.at("/static_configs/0/targets/0").asText()));
    return jobs;
  }

  /** The names that a file of secrets sets, as the script writes it. */
  private static Set<String> propertiesOf(String secret) {
    Pattern line =
        Pattern.compile(
            "put \"\\$state/secrets/" + Pattern.quote(secret) + "\" \"([A-Z][A-Z0-9_]+)=");
    return line.matcher(PREPARE)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private JsonNode container(String name) {
    JsonNode container = compose.path("services").path(name);
    assertThat(container.isObject()).as("container %s", name).isTrue();
    return container;
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static JsonNode yaml(Path file) {
    try (var in = Files.newInputStream(file)) {
      return ChartFiles.YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
