package dev.whetstone.testing.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The real vLLM that {@code ./whetstone test vllm} installs, with the settings that Whetstone
 * needs.
 */
public final class VllmOnCpu {
  /** The environment variable that names the folder with vLLM's environment and SmolLM2. */
  public static final String FOLDER = "WHETSTONE_VLLM";

  /** Why a test is skipped without it. */
  public static final String SKIPPED =
      "skipped: it needs vLLM; ./whetstone test vllm installs it and runs this test";

  private static final Duration START = Duration.ofMinutes(8);

  private VllmOnCpu() {}

  /** A file or folder below {@link #FOLDER}. */
  public static Path file(String name) {
    return Path.of(System.getenv(FOLDER)).resolve(name);
  }

  /** SmolLM2-135M-Instruct as a Hugging Face folder. */
  public static Path smolLm2() {
    return file("smollm2");
  }

  /**
   * How to serve a base with LoRA and tool calls.
   *
   * @param baseName name under which the base is served
   * @param key API key; absent for none
   */
  public static ModelServerProcess.Launch launch(
      Path base, String baseName, @Nullable String key, Path log) {
    List<String> command =
        new ArrayList<>(
            List.of(
                file("venv/bin/python").toString(), "-m", "vllm.entrypoints.openai.api_server"));
    options(base, baseName).forEach((option, value) -> command.addAll(List.of(option, value)));
    command.addAll(List.of("--enforce-eager", "--enable-lora", "--enable-auto-tool-choice"));
    return new ModelServerProcess.Launch(
        ProjectFolder.of(".whetstone/venv/bin/python"), command, environment(key), log, START);
  }

  private static Map<String, String> options(Path base, String baseName) {
    return Map.of(
        "--model",
        base.toString(),
        "--served-model-name",
        baseName,
        "--host",
        "127.0.0.1",
        "--dtype",
        "bfloat16",
        "--max-model-len",
        "2048",
        "--max-lora-rank",
        "16",
        "--max-loras",
        "2",
        "--max-cpu-loras",
        "4",
        "--tool-call-parser",
        "hermes");
  }

  private static Map<String, String> environment(@Nullable String key) {
    Map<String, String> environment = new HashMap<>();
    environment.put("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True");
    environment.put("VLLM_CPU_KVCACHE_SPACE", "1");
    environment.put("VLLM_CPU_OMP_THREADS_BIND", "nobind");
    environment.put("VLLM_CACHE_ROOT", file("cache").toString());
    environment.put("VLLM_NO_USAGE_STATS", "1");
    environment.put("HF_HUB_OFFLINE", "1");
    if (key != null) {
      environment.put("VLLM_API_KEY", key);
    }
    return environment;
  }
}
