package dev.whetstone.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.TopicNames;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart's topics and access rights are those of the services. */
class ChartTopicsTest {
  private static final Pattern USED = Pattern.compile("(?m)^whetstone\\.topics\\.used=(\\S+)$");
  private static final Pattern INCOMING =
      Pattern.compile("(?m)^mp\\.messaging\\.incoming\\.[^.]+\\.topic=(\\S+)$");
  private static final String TEMPLATE =
      ChartFiles.text(ChartFiles.CHART.resolve("templates/kafka-strimzi.yaml"));

  @Test
  void shouldMakeEveryTopic() {
    Set<String> made =
        Pattern.compile("\"(whetstone\\.[a-z]+)\"")
            .matcher(
                TEMPLATE.lines().filter(line -> line.contains("$topics :=")).findFirst().orElse(""))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toSet());
    assertThat(made)
        .isEqualTo(
            Stream.concat(TopicNames.DELETED.stream(), TopicNames.COMPACTED.stream())
                .collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest", "curation", "training", "eval"})
  void shouldLetAServiceReadWhatItConsumes(String service) throws IOException {
    String properties = properties(service);
    Set<String> consumed =
        INCOMING
            .matcher(properties)
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    if (service.equals("ingest")) {
      // Read without the connector, by LoopsConsumer.
      consumed.add(TopicNames.LOOPS);
    }
    assertThat(topics(service, "reads")).isEqualTo(consumed);
    assertThat(topics(service, "writes"))
        .as("dead letters of what it consumes in a group")
        .containsAll(
            consumed.stream()
                .filter(topic -> !TopicNames.isDeadLetters(topic))
                .filter(topic -> !(service.equals("ingest") && topic.equals(TopicNames.LOOPS)))
                .map(TopicNames::deadLetters)
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest", "curation", "training", "eval"})
  void shouldMakeAServiceReadyOnlyWithEveryTopicThatItWrites(String service) throws IOException {
    Set<String> used =
        USED.matcher(properties(service))
            .results()
            .flatMap(found -> Stream.of(found.group(1).split(",")))
            .collect(Collectors.toSet());

    assertThat(used).containsAll(topics(service, "writes"));
    used.removeAll(topics(service, "writes"));
    assertThat(topics(service, "reads")).as("what its user may describe").containsAll(used);
  }

  private static String properties(String service) throws IOException {
    return ChartFiles.text(
        ChartFiles.PROJECT.resolve(service + "-service/src/main/resources/application.properties"));
  }

  private static Set<String> topics(String service, String right) throws IOException {
    String access = TEMPLATE.substring(TEMPLATE.indexOf("kafkaAccess\" -}}") + 16);
    JsonNode users = ChartFiles.YAML.readTree(access.substring(0, access.indexOf("{{- end")));
    Set<String> topics = new TreeSet<>();
    users.path(service).path(right).forEach(topic -> topics.add("whetstone." + topic.asText()));
    return topics;
  }
}
