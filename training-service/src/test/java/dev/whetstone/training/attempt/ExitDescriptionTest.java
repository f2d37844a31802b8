package dev.whetstone.training.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitDescriptionTest {
  /** The worker's own command line, in a Python that appears to lack a package. */
  private static final String WITHOUT_PYDANTIC =
      """
      import sys
      sys.modules["pydantic"] = None
      from whetstone_worker.cli import main
      sys.exit(main(["train", "--spec", "spec.json"]))
      """;

  @Test
  void shouldNameThePackageThatTheWorkerLacks() throws Exception {
    ProcessBuilder builder = new ProcessBuilder("python3", "-c", WITHOUT_PYDANTIC);
    builder.environment().put("PYTHONPATH", Path.of("worker", "src").toAbsolutePath().toString());
    Process worker = builder.start();
    String said = new String(worker.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();

    String sentence =
        ExitDescription.sentence(new Observation.Exited(worker.exitValue(), said), null);

    assertThat(sentence)
        .startsWith("the worker ended with 65 (bad data or configuration): missing-package: ")
        .contains("'pydantic' is not installed", "run `./whetstone`");
  }

  @ParameterizedTest
  @CsvSource({"max-seconds, training.maxSeconds", "max-gpu-seconds, training.maxGpuSeconds"})
  void shouldSayWhichLimitEndedTheTraining(String stopped, String setting) {
    assertThat(ExitDescription.stopped(manifest(stopped)))
        .isEqualTo(
            setting
                + " was used up after step 120; the checkpoint is the best validated state, that of step 100");
    assertThat(ExitDescription.stopped(manifest(null))).isEmpty();
  }

  private static CheckpointManifest manifest(@Nullable String stopped) {
    return new CheckpointManifest(
        "checkpoint",
        "run-1",
        1,
        List.of(),
        new LoopSpec.BaseModel("file:///b", null, null),
        null,
        Map.of(),
        Map.of("steps", 120.0, "best_step", 100.0),
        1,
        1,
        "1",
        null,
        stopped);
  }

  @Test
  void shouldPreferTheReportedError() {
    assertThat(
            ExitDescription.sentence(
                new Observation.Exited(1, "Traceback\nOSError: full\n"),
                new StatusReport.Failure("io-failed", "make room")))
        .isEqualTo("the worker ended with 1 (an error): io-failed: make room");
  }
}
