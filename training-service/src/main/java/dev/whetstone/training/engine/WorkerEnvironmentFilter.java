package dev.whetstone.training.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What of the service's environment a worker may see: never its passwords, keys or database. */
final class WorkerEnvironmentFilter {
  private static final Set<String> NAMES =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LANG",
          "TZ",
          "TMPDIR",
          "LD_LIBRARY_PATH",
          "VIRTUAL_ENV",
          // By it the local stack finds workers again that outlived the service.
          "WHETSTONE_STACK");

  private static final List<String> PREFIXES =
      List.of(
          "LC_",
          "PYTHON",
          "PYENV_",
          "CUDA_",
          "NVIDIA_",
          "NCCL_",
          "OMP_",
          "MKL_",
          "TORCH",
          "PYTORCH_",
          "HF_",
          "TRANSFORMERS_",
          "TOKENIZERS_",
          "XDG_",
          "SSL_CERT_");

  private WorkerEnvironmentFilter() {}

  /** Removes everything else. */
  static void restrict(Map<String, String> environment) {
    environment.keySet().removeIf(name -> !isAllowed(name));
  }

  static boolean isAllowed(String name) {
    return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
  }
}
