package dev.whetstone.training.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Checks whether a Python environment has the packages that the worker needs, by the installed
 * package metadata. Nothing is imported, so that the check takes a fraction of a second.
 *
 * @param interpreter a Python, by path or by name on the PATH
 * @param module the worker's own module
 * @param environment added to what the worker inherits
 */
record WorkerPackageProbe(String interpreter, String module, Map<String, String> environment) {
  private static final long SECONDS = 30;

  /**
   * Prints the missing packages, one per line. A requirement with a marker belongs to an extra or
   * to some environments only; it is skipped, and the worker itself reports it if it is missing.
   */
  private static final String PROBE =
      """
      import importlib.metadata as installed, importlib.util, re, sys
      module = sys.argv[1]
      if importlib.util.find_spec(module) is None:
          print(module)
          sys.exit()
      def known(name):
          try:
              return bool(installed.distribution(name))
          except installed.PackageNotFoundError:
              return False
      own = module.replace("_", "-")
      needed = installed.requires(own) or [] if known(own) else []
      names = [re.match(r"[A-Za-z0-9._-]+", one).group() for one in needed if ";" not in one]
      print(*[name for name in names if not known(name)], sep="\\n")
      """;

  /** A sentence that names what is missing and the remedy; empty when nothing is. */
  Optional<String> whatIsMissing() throws IOException {
    Optional<List<String>> missing = probe();
    if (missing.isPresent() && missing.get().isEmpty()) {
      return Optional.empty();
    }
    boolean others = missing.isPresent() && !missing.get().contains(module);
    String what =
        others
            ? "no package " + String.join(", ", missing.get()) + ", which " + module + " needs"
            : "no package " + module;
    return Optional.of(
        "Python '%s' has %s; install training-service/worker into its environment with '%s -m pip install training-service/worker', or set WHETSTONE_WORKER_PYTHON to one that has it"
            .formatted(interpreter, what, interpreter));
  }

  /** Empty when Python itself fails. */
  private Optional<List<String>> probe() throws IOException {
    Path output = Files.createTempFile("whetstone-probe", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(interpreter, "-c", PROBE, module)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(output.toFile());
    WorkerEnvironmentFilter.restrict(builder.environment());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      if (process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        try (Stream<String> lines = Files.lines(output, StandardCharsets.UTF_8)) {
          return Optional.of(lines.filter(line -> !line.isBlank()).toList());
        }
      }
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Files.delete(output);
    }
    return Optional.empty();
  }
}
