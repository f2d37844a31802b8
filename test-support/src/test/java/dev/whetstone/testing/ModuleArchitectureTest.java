package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.testing.server.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The rules for the modules that test-support depends on and that therefore cannot depend on it;
 * and the check that no other module lacks its {@code ArchitectureTest}.
 */
class ModuleArchitectureTest {
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  /**
   * Modules without an {@code ArchitectureTest} of their own: checked here or by the demo's, or one
   * class alone.
   */
  private static final List<String> CHECKED_ELSEWHERE =
      List.of(
          "contracts",
          "deploy/local/embedded",
          "test-support",
          "test-support/s3",
          "clients/java",
          "deploy/local/cli");

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInContracts() {
    return WhetstoneArchitecture.ofLibrary("dev.whetstone.contracts").tests();
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInEmbedded() {
    return WhetstoneArchitecture.ofLibrary("dev.whetstone.embedded", "dev.whetstone.contracts")
        .tests();
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInTestSupport() {
    return WhetstoneArchitecture.ofLibrary(
            "dev.whetstone.testing", "dev.whetstone.contracts", "dev.whetstone.embedded")
        .tests();
  }

  @Test
  void shouldFindAnArchitectureTestInEveryModule() throws IOException {
    Path project = ProjectFolder.of("");
    List<String> modules =
        MODULE
            .matcher(Files.readString(project.resolve("pom.xml")))
            .results()
            .map(match -> match.group(1))
            .filter(module -> Files.isDirectory(project.resolve(module).resolve("src/main/java")))
            .toList();

    assertThat(modules).containsAll(CHECKED_ELSEWHERE).hasSizeGreaterThan(CHECKED_ELSEWHERE.size());
    for (String module : modules) {
      if (!CHECKED_ELSEWHERE.contains(module)) {
        assertThat(hasArchitectureTest(project.resolve(module)))
            .as(
                "add an ArchitectureTest to the module %s; copy the one of curation-service",
                module)
            .isTrue();
      }
    }
  }

  private static boolean hasArchitectureTest(Path module) throws IOException {
    try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
      return files.anyMatch(file -> file.endsWith("ArchitectureTest.java"));
    }
  }
}
