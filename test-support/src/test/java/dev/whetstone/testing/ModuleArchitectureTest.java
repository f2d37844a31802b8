package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

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
 * The rules for the modules that test-support itself depends on, which cannot depend on it; and the
 * check that no other module lacks its {@code ArchitectureTest}.
 */
class ModuleArchitectureTest {
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  /** Checked by this test. */
  private static final List<String> CHECKED_HERE =
      List.of("contracts", "deploy/local", "test-support");

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInContracts() {
    return WhetstoneArchitecture.ofLibrary("dev.whetstone.contracts").tests();
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInLocal() {
    return WhetstoneArchitecture.ofLibrary("dev.whetstone.local", "dev.whetstone.contracts")
        .tests();
  }

  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRulesInTestSupport() {
    return WhetstoneArchitecture.ofLibrary(
            "dev.whetstone.testing", "dev.whetstone.contracts", "dev.whetstone.local")
        .tests();
  }

  @Test
  void shouldFindAnArchitectureTestInEveryModule() throws IOException {
    Path project = project();
    List<String> modules =
        MODULE
            .matcher(Files.readString(project.resolve("pom.xml")))
            .results()
            .map(match -> match.group(1))
            .filter(module -> Files.isDirectory(project.resolve(module).resolve("src/main/java")))
            .toList();

    assertThat(modules).containsAll(CHECKED_HERE).hasSizeGreaterThan(CHECKED_HERE.size());
    for (String module : modules) {
      if (!CHECKED_HERE.contains(module)) {
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

  private static Path project() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    assertThat(folder).as("a folder above that holds mvnw").isNotNull();
    return folder;
  }
}
