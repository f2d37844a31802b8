package dev.whetstone.training.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The environment variables of the service that a worker inherits: never database settings,
 * passwords or keys other than those of the object store. An allow-list, so that a new secret stays
 * out without a change here.
 */
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
          // The local stack finds workers that outlived the service by this variable.
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
          "SSL_CERT_",
          // How the object store is reached: a worker reads and writes it by itself.
          "WHETSTONE_S3_",
          "AWS_");

  private WorkerEnvironmentFilter() {}

  /** Removes every variable that is not allowed. */
  static void restrict(Map<String, String> environment) {
    environment.keySet().removeIf(name -> !isAllowed(name));
  }

  static boolean isAllowed(String name) {
    return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
  }
}
