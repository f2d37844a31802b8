package dev.whetstone.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.stream.Stream;

/** Rules 2 and 6 of architecture.md. */
final class DependencyRules {
  private static final String HOUSE = "dev.whetstone..";

  private DependencyRules() {}

  /**
   * Refuses every package of the project but the module's own and the named ones, so that a new
   * service is covered without being listed.
   */
  static ArchRule onlySharedModules(String root, Collection<String> shared) {
    String[] allowed =
        Stream.concat(Stream.of(root), shared.stream())
            .map(name -> name + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(HOUSE)
                .and(resideOutsideOfPackages(allowed))
                .as("belong to a module other than " + String.join(", ", allowed)))
        .allowEmptyShould(true)
        .because(
            "services communicate only by events and REST: put what both exchange into contracts,"
                + " and code that both need into service-kit");
  }

  static ArchRule noFeatureCycles(String root) {
    return slices()
        .matching(root + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .because(
            "features that need each other are one feature or share a third: move the shared type"
                + " to the feature that owns it, or pass a value instead of making a call");
  }

  static ArchRule noPackageCycles(String root) {
    return slices()
        .matching(root + ".(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .because(
            "packages that need each other cannot be read or moved apart: move the shared type to"
                + " the package that owns it, or pass a value instead of making a call");
  }
}
