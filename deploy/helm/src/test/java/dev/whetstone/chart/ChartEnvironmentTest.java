package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The chart sets only variables that a program reads. */
class ChartEnvironmentTest {
  private static final Pattern NAME =
      Pattern.compile("name: ((?:WHETSTONE|QUARKUS|KAFKA|OTEL|DJL|JDK|VLLM|HF)_[A-Z0-9_]+)");

  /** Variables of the libraries, each with the property or program that reads it. */
  private static final Set<String> OF_LIBRARIES =
      Set.of(
          // Quarkus: quarkus.http.host, quarkus.shutdown.timeout,
          // quarkus.http.proxy.trusted-proxies,
          // quarkus.otel.exporter.otlp.endpoint
          "QUARKUS_HTTP_HOST",
          "QUARKUS_SHUTDOWN_TIMEOUT",
          "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES",
          "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
          // The Kafka client; Quarkus passes on every kafka.* property.
          "KAFKA_SECURITY_PROTOCOL",
          "KAFKA_SSL_TRUSTSTORE_TYPE",
          "KAFKA_SSL_TRUSTSTORE_LOCATION",
          "KAFKA_SASL_MECHANISM",
          "KAFKA_SASL_JAAS_CONFIG",
          // The tokenizers of curation (DJL) and the launcher of the JDK.
          "DJL_CACHE_DIR",
          "JDK_JAVA_OPTIONS",
          // vLLM and the hub client inside it.
          "VLLM_ALLOW_RUNTIME_LORA_UPDATING",
          "VLLM_API_KEY",
          "HF_HOME");

  /** {@code WHETSTONE_INPUTS_<TENANT>}: its end is a tenant of the values. */
  private static final String INPUTS = "WHETSTONE_INPUTS_";

  @Test
  void shouldSetOnlyVariablesThatAServiceReads() {
    Set<String> known = new TreeSet<>(KnownSettings.ofServices());
    assertThat(known)
        .as("settings found in the sources")
        .contains(
            "WHETSTONE_HTTP_PORT",
            "WHETSTONE_TRAINING_CALLBACK_URL",
            "WHETSTONE_INGEST_LIMITS_BODY_BYTES");
    known.addAll(OF_LIBRARIES);
    known.add(INPUTS);
    Set<String> unknown = rendered();
    assertThat(unknown).hasSizeGreaterThan(20);
    unknown.removeAll(known);
    assertThat(unknown).as("variables of the templates that nothing reads").isEmpty();
  }

  private static Set<String> rendered() {
    return ChartFiles.below(ChartFiles.CHART.resolve("templates"), "").stream()
        .filter(java.nio.file.Files::isRegularFile)
        .flatMap(file -> NAME.matcher(ChartFiles.text(file)).results())
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
