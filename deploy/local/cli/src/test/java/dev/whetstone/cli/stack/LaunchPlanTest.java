package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
  private final StackOptions options =
      StackOptions.standard(Path.of("/checkout"))
          .at(Path.of("/checkout/.whetstone"), StackPorts.standard().shifted(1000));

  @Test
  void shouldPassAServiceItsPortAndItsOwnDatabase() {
    LaunchPlan plan = LaunchPlan.of(StackComponent.EVAL, options);

    assertThat(plan.environment())
        .containsEntry("WHETSTONE_HTTP_PORT", "19084")
        .containsEntry("WHETSTONE_MANAGEMENT_PORT", "19184")
        .containsEntry("WHETSTONE_DB_URL", "jdbc:postgresql://127.0.0.1:19432/eval")
        .containsEntry("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:19092")
        .containsEntry("WHETSTONE_KEYS_FILE", "/checkout/.whetstone/keys.json");
    assertThat(plan.command()).contains("-Xmx256m").endsWith("-jar", plan.needs().toString());
  }

  @Test
  void shouldGiveIngestNoDatabase() {
    assertThat(LaunchPlan.of(StackComponent.INGEST, options).environment())
        .doesNotContainKey("WHETSTONE_DB_URL");
  }

  @Test
  void shouldDeclareWhatLoopsMayName() {
    for (StackComponent service :
        List.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL)) {
      assertThat(LaunchPlan.of(service, options).environment())
          .containsEntry("WHETSTONE_SHARED_INPUTS", "/checkout/deploy/local/demo")
          .containsEntry("WHETSTONE_ENDPOINTS_ALLOW", "loopback")
          .containsEntry(
              "WHETSTONE_ENDPOINTS_OWN_PORTS",
              "19081,19082,19083,19084,19092,19093,19181,19182,19183,19184,19432");
    }
  }

  @Test
  void shouldMarkEveryProcess() {
    for (StackComponent component : StackComponent.values()) {
      assertThat(LaunchPlan.of(component, options).environment())
          .containsEntry(StackProcesses.MARK, "/checkout/.whetstone");
    }
  }

  @Test
  void shouldServeTheBaseModelUnderItsName() {
    assertThat(LaunchPlan.of(StackComponent.MODEL_SERVER, options).command())
        .containsSequence("--port", "19090")
        .containsSequence("--base", "/checkout/deploy/local/demo/base")
        .containsSequence("--base-name", "support-base");
  }
}
