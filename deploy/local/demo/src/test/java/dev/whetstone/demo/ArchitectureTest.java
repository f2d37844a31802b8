package dev.whetstone.demo;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of clients/java and deploy/local. They are checked here because this module depends on
 * the other three; those cannot use test-support, which itself depends on whetstone-embedded.
 */
class ArchitectureTest {
  private static final String CLIENT = "dev.whetstone.client";
  private static final String EMBEDDED = "dev.whetstone.embedded";
  private static final String CLI = "dev.whetstone.cli";
  private static final String DEMO = "dev.whetstone.demo";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(CLIENT, EMBEDDED, CLI, DEMO);

  @ParameterizedTest
  @ValueSource(strings = {CLIENT, EMBEDDED, CLI, DEMO})
  void shouldCheckEveryModule(String root) {
    assertThat(classes).anyMatch(type -> type.getPackageName().startsWith(root));
  }

  @Test
  void shouldHaveNoPackageCycles() {
    slices()
        .matching("dev.whetstone.(**)")
        .should()
        .beFreeOfCycles()
        .because("move the shared type to the package that owns it, or pass a value instead")
        .check(classes);
  }

  @Test
  void shouldKeepTheClientIndependentOfTheStack() {
    noClasses()
        .that()
        .resideInAPackage(CLIENT + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            EMBEDDED + "..", CLI + "..", DEMO + "..", "picocli..", "org.apache.kafka..")
        .because("applications use the client without the local stack: move the code to cli")
        .check(classes);
  }

  @Test
  void shouldKeepTheEmbeddedServersIndependentOfTheOtherModules() {
    noClasses()
        .that()
        .resideInAPackage(EMBEDDED + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CLIENT + "..", CLI + "..", DEMO + "..")
        .because("tests of the services use the embedded servers alone: move the code to cli")
        .check(classes);
  }

  @Test
  void shouldKeepTheCommandLineIndependentOfTheDemo() {
    noClasses()
        .that()
        .resideInAPackage(CLI + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(DEMO + "..")
        .because("the demo adds its command through CommandProvider")
        .check(classes);
  }

  @Test
  void shouldReadTheSystemClockOnlyInTheDemoCommand() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(DemoCommand.class.getName())
        .should()
        .callMethodWhere(describe("reads the system clock", ArchitectureTest::readsClock))
        .because("tests control the clock: pass a java.time.Clock from the command")
        .check(classes);
  }

  private static boolean readsClock(JavaMethodCall call) {
    boolean noArguments = call.getTarget().getRawParameterTypes().isEmpty();
    return switch (call.getName()) {
      case "now" -> call.getTargetOwner().isEquivalentTo(Instant.class) && noArguments;
      case "currentTimeMillis" -> call.getTargetOwner().isEquivalentTo(System.class);
      default ->
          call.getTargetOwner().isEquivalentTo(Clock.class) && call.getName().startsWith("system");
    };
  }
}
