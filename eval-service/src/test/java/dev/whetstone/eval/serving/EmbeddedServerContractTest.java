package dev.whetstone.eval.serving;

import dev.whetstone.eval.fixture.KnownAnswers;
import dev.whetstone.testing.server.ModelServerProcess;
import dev.whetstone.testing.server.ProjectFolder;
import dev.whetstone.testing.server.VllmOnCpu;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The worker package's own server with the model that {@link VllmServingTest} uses. Its adapters
 * are trained, which takes minutes; the default tests run the shorter {@link WorkerServingTest}.
 */
@EnabledIfEnvironmentVariable(
    named = VllmOnCpu.FOLDER,
    matches = ".+",
    disabledReason = VllmOnCpu.SKIPPED)
class EmbeddedServerContractTest extends ModelServerLoadContract {
  private static final Path PYTHON = ProjectFolder.of(".whetstone/venv/bin/python");

  @Override
  KnownAnswers makeKnownAnswers() {
    return KnownAnswers.make(
        PYTHON, VllmOnCpu.smolLm2(), VllmOnCpu.file("contract"), KnownAnswers.withToolCaller());
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
