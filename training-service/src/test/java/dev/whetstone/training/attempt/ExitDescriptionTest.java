package dev.whetstone.training.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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

  @Test
  void shouldPreferTheReportedError() {
    assertThat(
            ExitDescription.sentence(
                new Observation.Exited(1, "Traceback\nOSError: full\n"),
                new StatusReport.Failure("io-failed", "make room")))
        .isEqualTo("the worker ended with 1 (an error): io-failed: make room");
  }
}
