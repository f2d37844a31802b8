package dev.whetstone.eval.serving;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whetstone.eval.fixture.KnownAnswers;
import dev.whetstone.testing.server.ModelServerProcess;
import dev.whetstone.testing.server.ProjectFolder;
import dev.whetstone.testing.server.VllmOnCpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The worker package's own server, as the embedded stack runs it, with the demo's base model; with
 * SmolLM2 where {@link VllmServingTest} runs, too.
 */
class WorkerServingTest extends ModelServerLoadContract {
  private static final Path PYTHON = ProjectFolder.of(".whetstone/venv/bin/python");

  @Override
  KnownAnswers makeKnownAnswers() {
    assumeTrue(
        Files.isExecutable(PYTHON),
        "skipped: the worker's environment is not there; ./whetstone makes it under"
            + " .whetstone/venv");
    if (System.getenv(VllmOnCpu.FOLDER) != null) {
      return KnownAnswers.make(
          PYTHON, VllmOnCpu.smolLm2(), VllmOnCpu.file("contract"), KnownAnswers.withToolCaller());
    }
    Path base = ProjectFolder.of("deploy/local/demo/base");
    Path cache = ProjectFolder.of(".whetstone/cache/known-answers");
    return KnownAnswers.make(PYTHON, base, cache, "--learning-rate", "1e-2");
  }

  @Override
  ModelServerProcess.Launch launch(KnownAnswers adapters, Path log) {
    List<String> command =
        List.of(
            PYTHON.toString(),
            "-m",
            "whetstone_serve",
            "--base",
            adapters.base().toString(),
            "--base-name",
            BASE,
            "--max-lora-rank",
            "16");
    Path sources = ProjectFolder.of("training-service/worker/serve/src");
    Map<String, String> environment =
        Map.of("PYTHONPATH", sources.toString(), "WHETSTONE_SERVE_API_KEY", KEY);
    return new ModelServerProcess.Launch(PYTHON, command, environment, log, Duration.ofMinutes(2));
  }
}
