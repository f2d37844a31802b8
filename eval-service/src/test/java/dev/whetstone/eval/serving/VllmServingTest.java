package dev.whetstone.eval.serving;

import dev.whetstone.eval.fixture.KnownAnswers;
import dev.whetstone.testing.server.ModelServerProcess;
import dev.whetstone.testing.server.ProjectFolder;
import dev.whetstone.testing.server.VllmOnCpu;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** A real vLLM on the CPU, with SmolLM2. */
@EnabledIfEnvironmentVariable(
    named = VllmOnCpu.FOLDER,
    matches = ".+",
    disabledReason = VllmOnCpu.SKIPPED)
class VllmServingTest extends ModelServerLoadContract {
  @Override
  KnownAnswers makeKnownAnswers() {
    return KnownAnswers.make(
        ProjectFolder.of(".whetstone/venv/bin/python"),
        VllmOnCpu.smolLm2(),
        VllmOnCpu.file("contract"),
        KnownAnswers.withToolCaller());
  }

  @Override
  ModelServerProcess.Launch launch(KnownAnswers adapters, Path log) {
    return VllmOnCpu.launch(adapters.base(), BASE, KEY, log);
  }
}
