package dev.whetstone.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineSettingsRuleTest {
  private static final String LOOP =
      """
      apiVersion: whetstone.dev/v1
      kind: Loop
      metadata: {tenant: acme, name: support}
      spec:
        baseModel: {uri: "hf://acme/tiny"}
        consent: {default: allow}
        serving: {endpoint: "http://127.0.0.1:8000"}
      """;

  @Test
  void shouldRunWorkersAsProcessesWhenNoEngineIsNamed() {
    LoopDeclaration unnamed = read("");
    LoopDeclaration named = read("  training: {engine: {kind: process}}\n");

    assertThat(unnamed.spec().spec().training().engine()).isNull();
    assertThat(unnamed.spec().spec().training().engineOrDefault())
        .isEqualTo(LoopSpec.Engine.PROCESS)
        .isEqualTo(named.spec().spec().training().engineOrDefault());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{kind: kubernetes}                         | /kind: 'kubernetes'; allowed: process; this version has no other engine",
        "{}                                         | /kind: is missing",
        "{kind: process, image: w}                  | /image: 'w'; allowed: no value; the process engine runs the Python environment",
        "{kind: process, queue: q}                  | /queue: 'q'; allowed: no value; the process engine has no queues",
        "{kind: process, resources: {memory: 1Gi}}  | /resources: '{memory=1Gi}'; allowed: no value; the process engine reserves no resources",
        "{kind: process, gpus: 1}                   | /gpus: '1'; allowed: one of the fields image, kind, queue, resources",
      })
  void shouldRefuseEnginesAndSettingsThatThisVersionDoesNotHave(String engine, String message) {
    assertThatThrownBy(() -> read("  training: {engine: " + engine + "}\n"))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml /spec/training/engine" + message);
  }

  private static LoopDeclaration read(String section) {
    return LoopFileReader.read(
        (LOOP + section).getBytes(StandardCharsets.UTF_8), "loop.yaml", null);
  }
}
