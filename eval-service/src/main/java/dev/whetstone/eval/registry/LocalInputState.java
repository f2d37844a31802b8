package dev.whetstone.eval.registry;

import dev.whetstone.contracts.loop.LoopSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The local files whose digests a declaration pins, by what the file system says of them without
 * reading them: base models are large, and this is looked at every other second.
 */
final class LocalInputState {
  private static final String GONE = "gone";

  private LocalInputState() {}

  /** Each path with size and time of its last change. */
  static Map<String, String> of(LoopSpec loop) {
    List<String> uris = new ArrayList<>(List.of(loop.spec().baseModel().uri()));
    loop.spec().evaluation().suites().forEach(suite -> uris.add(suite.uri()));
    loop.spec().training().replay().forEach(replay -> uris.add(replay.uri()));
    Map<String, String> inputs = new TreeMap<>();
    uris.forEach(uri -> path(uri).ifPresent(path -> inputs.put(path, state(path))));
    return inputs;
  }

  /** Whether any of them is no longer as it was. */
  static boolean differ(Map<String, String> inputs) {
    return inputs.entrySet().stream()
        .anyMatch(input -> !state(input.getKey()).equals(input.getValue()));
  }

  private static Optional<String> path(String uri) {
    try {
      URI location = URI.create(uri);
      return "file".equals(location.getScheme())
          ? Optional.of(Path.of(URI.create("file://" + location.getRawPath())).toString())
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Of a directory the newest of its files stands for all. */
  private static String state(String path) {
    try (Stream<Path> files = Files.walk(Path.of(path))) {
      long count = 0;
      long bytes = 0;
      long changed = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        count++;
        bytes += Files.size(file);
        changed = Math.max(changed, Files.getLastModifiedTime(file).toMillis());
      }
      return count + " files, " + bytes + " bytes, " + changed;
    } catch (IOException | RuntimeException e) {
      return GONE;
    }
  }
}
