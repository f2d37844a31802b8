package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Python environment of this checkout, for pods: each folder that it consists of is a volume,
 * mounted at the same path. Nothing of it is copied, because PyTorch alone takes gigabytes.
 */
final class HostPython {
  private static final List<Path> SYSTEM =
      List.of(Path.of("/usr"), Path.of("/lib"), Path.of("/lib64"));

  private final Path interpreter;
  private final Map<String, Path> folders = new LinkedHashMap<>();

  private HostPython(Path interpreter) {
    this.interpreter = interpreter;
  }

  static HostPython find() {
    var python = new HostPython(ClusterUnderTest.python());
    Path prefix = python.ask("import sys; print(sys.base_prefix)");
    List<Path> needed = new ArrayList<>(SYSTEM);
    needed.add(python.ask("import sys; print(sys.prefix)"));
    // Both are installed from their sources.
    needed.add(python.sourceOf("whetstone_worker"));
    needed.add(python.sourceOf("whetstone_serve"));
    if (SYSTEM.stream().noneMatch(prefix::startsWith)) {
      needed.add(prefix);
    }
    for (Path folder : needed) {
      python.folders.put("host" + folder.toString().replaceAll("[^a-z0-9]+", "-"), folder);
    }
    return python;
  }

  Path interpreter() {
    return interpreter;
  }

  /** Creates the volumes and their claims. */
  void createVolumes(ClusterUnderTest cluster, String namespace) {
    folders.forEach((claim, folder) -> cluster.hostVolume(namespace, claim, real(folder), false));
  }

  /** The value {@code workers.claims} of the chart: claims by mount path. */
  Map<String, String> claimsByPath() {
    Map<String, String> claims = new LinkedHashMap<>();
    folders.forEach((claim, folder) -> claims.put(folder.toString(), claim));
    return claims;
  }

  /** The folder that the module is imported from. */
  private Path sourceOf(String module) {
    return ask(
        "from importlib.util import find_spec; from pathlib import Path; "
            + "print(Path(find_spec('"
            + module
            + "').origin).parent.parent)");
  }

  /** Without links: /lib is one on most systems. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path ask(String program) {
    Path answer =
        Path.of(
            ProgramRun.of(
                    Duration.ofSeconds(30),
                    Map.of(),
                    List.of(interpreter.toString(), "-c", program))
                .succeeded()
                .strip());
    assertThat(Files.isDirectory(answer)).as("%s of %s", program, interpreter).isTrue();
    return answer;
  }
}
