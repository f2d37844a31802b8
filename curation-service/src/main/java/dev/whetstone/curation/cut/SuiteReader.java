package dev.whetstone.curation.cut;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the loop's suites, which examples must be kept apart from. */
final class SuiteReader {
  private SuiteReader() {}

  /**
   * @param digests SHA-256 of each suite that was read, by name
   * @param warnings about suites that could not be looked at
   */
  record Suites(List<SuiteItem> items, Map<String, String> digests, List<String> warnings) {}

  /**
   * All items of all suites with a {@code file://} URI.
   *
   * @throws SuiteException when one is missing, has another digest than declared, or does not
   *     parse: a cut without it would let its items into training
   */
  static Suites read(LoopSpec spec) {
    List<SuiteItem> items = new ArrayList<>();
    Map<String, String> digests = new TreeMap<>();
    List<String> warnings = new ArrayList<>();
    for (LoopSpec.Suite suite : spec.spec().evaluation().suites()) {
      URI uri = URI.create(suite.uri());
      if (!"file".equals(uri.getScheme())) {
        warnings.add(
            "suite "
                + suite.name()
                + " was not compared: "
                + uri.getScheme()
                + " is not read here");
        continue;
      }
      byte[] bytes = bytes(suite, Path.of(uri));
      String sha256 = ContentDigests.sha256(bytes);
      if (suite.sha256() != null && !suite.sha256().equals(sha256)) {
        throw new SuiteException(
            "suite %s at %s has digest %s, but %s was declared; declare the loop again or restore the file"
                .formatted(suite.name(), suite.uri(), sha256, suite.sha256()));
      }
      digests.put(suite.name(), sha256);
      items.addAll(items(suite, bytes));
    }
    return new Suites(items, digests, warnings);
  }

  private static byte[] bytes(LoopSpec.Suite suite, Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new SuiteException(
          "suite %s cannot be read at %s; restore the file or change evaluation.suites"
              .formatted(suite.name(), path));
    }
  }

  private static List<SuiteItem> items(LoopSpec.Suite suite, byte[] bytes) {
    List<SuiteItem> items = new ArrayList<>();
    int number = 0;
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        items.add(Json.read(line.getBytes(StandardCharsets.UTF_8), SuiteItem.class));
      } catch (java.io.UncheckedIOException e) {
        throw new SuiteException(
            "suite %s, line %d: %s".formatted(suite.name(), number, e.getMessage()));
      }
    }
    return items;
  }

  /** A suite that cannot be compared with. */
  static final class SuiteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SuiteException(String message) {
      super(message);
    }
  }
}
