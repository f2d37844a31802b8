package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/test-plan.md} names only existing tests, and at least one for every invariant. */
class TestPlanTest {
  private static final Path PLAN = WhetstoneUnderTest.PROJECT.resolve("docs/test-plan.md");
  private static final Path KUBERNETES_TESTS =
      WhetstoneUnderTest.PROJECT.resolve("system-tests/kubernetes");
  private static final Pattern INVARIANT_ROW = Pattern.compile("^\\| \\*\\*(I\\d)\\b.*");
  private static final Pattern JAVA_TEST =
      Pattern.compile("`(\\w+(?:Test|Contract))\\.(should\\w+)`");

  @Test
  void shouldNameATestForEveryInvariant() throws IOException {
    Map<String, Integer> tests = new TreeMap<>();
    for (String line : Files.readAllLines(PLAN)) {
      Matcher row = INVARIANT_ROW.matcher(line);
      if (row.matches()) {
        tests.merge(row.group(1), (int) JAVA_TEST.matcher(line).results().count(), Integer::sum);
      }
    }
    assertThat(tests.keySet())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 9).mapToObj(i -> "I" + i).toList());
    assertThat(tests).allSatisfy((name, count) -> assertThat(count).as(name).isPositive());
  }

  @Test
  void shouldNameOnlyTestsThatAreThere() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing =
        JAVA_TEST
            .matcher(Files.readString(PLAN))
            .results()
            .filter(
                test ->
                    !sources
                        .getOrDefault(test.group(1), "")
                        .contains("void " + test.group(2) + "("))
            .map(test -> test.group(1) + "." + test.group(2))
            .toList();
    assertThat(missing)
        .as("tests that %s names but that do not exist: update the plan", PLAN)
        .isEmpty();
  }

  private static Map<String, String> testSources() throws IOException {
    try (Stream<Path> topLevel = Files.list(WhetstoneUnderTest.PROJECT);
        Stream<Path> clients = Files.list(WhetstoneUnderTest.PROJECT.resolve("clients"));
        Stream<Path> deploy = Files.list(WhetstoneUnderTest.PROJECT.resolve("deploy"));
        Stream<Path> local = Files.list(WhetstoneUnderTest.PROJECT.resolve("deploy/local"))) {
      List<Path> folders =
          Stream.of(topLevel, clients, deploy, local, Stream.of(KUBERNETES_TESTS))
              .flatMap(modules -> modules)
              .map(module -> module.resolve("src/test/java"))
              .filter(Files::isDirectory)
              .toList();
      return folders.stream()
          .flatMap(TestPlanTest::walk)
          .filter(file -> file.getFileName().toString().matches(".*(Test|Contract)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  TestPlanTest::text,
                  String::concat));
    }
  }

  private static Stream<Path> walk(Path folder) {
    try {
      return Files.walk(folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
