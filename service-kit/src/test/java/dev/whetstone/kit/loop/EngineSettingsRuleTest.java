package dev.whetstone.kit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "{kind: kubernetes}                         | /kind: 'kubernetes'; allowed: process, kubernetes-job, joined-workers, kubeflow-trainjob; this version has no other engine",
        "{}                                         | /kind: is missing",
        "{kind: process, image: w}                  | /image: 'w'; allowed: no value; the process engine runs the Python environment",
        "{kind: process, queue: q}                  | /queue: 'q'; allowed: no value; the process engine has no queues",
        "{kind: process, resources: {memory: 1Gi}}  | /resources: '{memory=1Gi}'; allowed: no value; the process engine reserves no resources",
        "{kind: joined-workers, image: w}           | /image: 'w'; allowed: no value; a joined host runs the Python environment",
        "{kind: joined-workers, queue: q}           | /queue: 'q'; allowed: no value; the engine joined-workers has no queues",
        "{kind: kubernetes-job, resources: {memory: lots}} | /resources/memory: 'lots'; allowed: a quantity as Kubernetes writes it",
        "{kind: process, gpus: 1}                   | /gpus: '1'; allowed: one of the fields image, kind, nodes, queue, resources, runtime",
        "{kind: kubernetes-job, nodes: 1}           | /nodes: '1'; allowed: no value; only the engine kubeflow-trainjob counts nodes",
        "{kind: process, runtime: torch}            | /runtime: 'torch'; allowed: no value; only the engine kubeflow-trainjob has runtimes",
        "{kind: kubeflow-trainjob, nodes: 0}        | /nodes: '0'; allowed: ",
        "{kind: kubeflow-trainjob, nodes: 2}        | /nodes: '2'; allowed: 1; the worker of this version trains on one node",
        "{kind: kubeflow-trainjob, runtime: Job/x}  | /runtime: 'Job/x'; allowed: NAME, TrainingRuntime/NAME or ClusterTrainingRuntime/NAME",
        "{kind: kubeflow-trainjob, resources: {memory: lots}} | /resources/memory: 'lots'; allowed: a quantity as Kubernetes writes it",
      })
  void shouldRefuseEnginesAndSettingsThatThisVersionDoesNotHave(String engine, String message) {
    assertThatThrownBy(() -> read("  training: {engine: " + engine + "}\n"))
        .isInstanceOf(LoopFileException.class)
        .hasMessageContaining("loop.yaml /spec/training/engine" + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{kind: kubernetes-job}",
        "{kind: kubernetes-job, image: w, queue: gpus, resources: {nvidia.com/gpu: '1', memory: 64Gi}}",
        "{kind: joined-workers, resources: {nvidia.com/gpu: '1', cpu: 500m}}",
        "{kind: kubeflow-trainjob}",
        "{kind: kubeflow-trainjob, image: w, queue: gpus, nodes: 1, runtime: ClusterTrainingRuntime/torch-2.0}",
      })
  void shouldTakeWhatTheEngineReads(String engine) {
    assertThat(
            read("  training: {engine: " + engine + "}\n")
                .spec()
                .spec()
                .training()
                .engineOrDefault()
                .kind())
        .isIn("kubernetes-job", "joined-workers", "kubeflow-trainjob");
  }

  private static LoopDeclaration read(String section) {
    return LoopFileReader.read(
        (LOOP + section).getBytes(StandardCharsets.UTF_8), "loop.yaml", null);
  }
}
