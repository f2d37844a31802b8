package dev.whetstone.curation.cut;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the loop's suites, which examples must be kept apart from. */
final class SuiteReader {
  private SuiteReader() {}

  /**
   * @param digests SHA-256 of each suite that was read, by name
   * @param warnings about suites that were not compared
   */
  record Suites(List<SuiteItem> items, Map<String, String> digests, List<String> warnings) {}

  /**
   * All items of all suites whose URI this version reads.
   *
   * @throws SuiteException when one is missing, has another digest than declared, or does not
   *     parse: a cut without it would let its items into training
   */
  static Suites read(ArtifactResolver artifacts, LoopSpec spec) {
    List<SuiteItem> items = new ArrayList<>();
    Map<String, String> digests = new TreeMap<>();
    List<String> warnings = new ArrayList<>();
    for (LoopSpec.Suite suite : spec.spec().evaluation().suites()) {
      URI uri = URI.create(suite.uri());
      Optional<Artifact> artifact = artifacts.find(uri);
      if (artifact.isEmpty()) {
        warnings.add(
            "suite %s was not compared: this version of curation does not read %s"
                .formatted(suite.name(), uri.getScheme()));
        continue;
      }
      digests.put(suite.name(), read(suite, artifact.get(), items));
    }
    return new Suites(items, digests, warnings);
  }

  private static String read(LoopSpec.Suite suite, Artifact artifact, List<SuiteItem> items) {
    try {
      return artifact.forEachLine(
          suite.sha256(),
          LoopFileReader.MAX_INPUT_BYTES,
          (number, line) -> items.add(item(suite, number, line)));
    } catch (CorruptObjectException e) {
      throw new SuiteException(
          "suite %s at %s has digest %s, but %s was declared. Declare the loop again or restore the file"
              .formatted(suite.name(), suite.uri(), e.actual(), suite.sha256()));
    } catch (ObjectStoreException e) {
      throw new SuiteException(
          "suite %s: %s, or remove it from evaluation.suites"
              .formatted(suite.name(), e.getMessage()));
    }
  }

  private static SuiteItem item(LoopSpec.Suite suite, int number, byte[] line) {
    try {
      return Json.read(line, SuiteItem.class);
    } catch (UncheckedIOException e) {
      throw new SuiteException(
          "suite %s, line %d: %s".formatted(suite.name(), number, e.getMessage()));
    }
  }

  /** A suite that cannot be compared with. */
  static final class SuiteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SuiteException(String message) {
      super(message);
    }
  }
}
