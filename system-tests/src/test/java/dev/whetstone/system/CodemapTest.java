package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents name only classes, tables and files that exist. */
class CodemapTest {
  private static final Path DOCS = WhetstoneUnderTest.PROJECT.resolve("docs");
  private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z]\\w*)+)`");
  private static final Pattern TABLE_NAME = Pattern.compile("\\btable `([a-z_]+)`");
  private static final Pattern CREATE_TABLE =
      Pattern.compile("(?i)create table (?:if not exists )?(\\w+)");

  /** Terms of other projects and of wire formats that look like class names. */
  private static final Set<String> FOREIGN = Set.of("TrainJob", "CloudEvents", "RunSpec");

  @Test
  void shouldNameOnlyClassesThatExist() throws IOException {
    Set<String> classes = fileNames(".java");
    List<String> missing =
        names(CLASS_NAME).stream()
            .filter(name -> !FOREIGN.contains(name) && !classes.contains(name))
            .sorted()
            .toList();
    assertThat(missing)
        .as("classes that docs/architecture.md names and that do not exist: rename them there too")
        .isEmpty();
  }

  @Test
  void shouldNameOnlyTablesThatExist() throws IOException {
    Set<String> tables;
    try (Stream<Path> files = sources(".sql")) {
      tables =
          files
              .flatMap(file -> CREATE_TABLE.matcher(text(file)).results())
              .map(table -> table.group(1))
              .collect(Collectors.toSet());
    }
    assertThat(tables).containsAll(names(TABLE_NAME));
  }

  private static Set<String> names(Pattern pattern) {
    return pattern
        .matcher(text(DOCS.resolve("architecture.md")))
        .results()
        .map((MatchResult name) -> name.group(1))
        .collect(Collectors.toSet());
  }

  private static Set<String> fileNames(String extension) throws IOException {
    try (Stream<Path> files = sources(extension)) {
      return files
          .map(file -> file.getFileName().toString())
          .map(name -> name.substring(0, name.length() - extension.length()))
          .collect(Collectors.toSet());
    }
  }

  /** The caller closes the stream. */
  private static Stream<Path> sources(String extension) throws IOException {
    return Files.find(
        WhetstoneUnderTest.PROJECT,
        20,
        (file, attributes) ->
            attributes.isRegularFile()
                && file.toString().contains("/src/")
                && file.toString().endsWith(extension));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
