package dev.whetstone.images;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The images are written from packaged programs, without any of their code. */
class ArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.whetstone.images");

  @Test
  void shouldUseNoCodeOfAService() {
    assertThat(classes)
        .isNotEmpty()
        .allSatisfy(
            type ->
                assertThat(type.getDirectDependenciesFromSelf())
                    .noneMatch(
                        use ->
                            use.getTargetClass()
                                .getPackageName()
                                .matches(
                                    "dev\\.whetstone\\.(ingest|curation|training|eval)(\\..*)?")));
  }

  @Test
  void shouldHaveNoPackageCycles() {
    slices()
        .matching("dev.whetstone.(**)")
        .should()
        .beFreeOfCycles()
        .because("move the shared type to the package that owns it")
        .check(classes);
  }
}
