package dev.whetstone.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** Rules 2, 3 and 6 of architecture.md. */
final class DependencyRules {
  private static final List<String> SERVICES =
      List.of(
          "dev.whetstone.ingest",
          "dev.whetstone.curation",
          "dev.whetstone.training",
          "dev.whetstone.eval");

  private static final String[] FRAMEWORKS = {
    "io.quarkus..",
    "jakarta.persistence..",
    "jakarta.enterprise..",
    "jakarta.inject..",
    "jakarta.transaction..",
    "jakarta.ws.rs..",
    "org.hibernate..",
    "org.eclipse.microprofile.reactive..",
    "io.smallrye.reactive..",
    "io.micrometer.."
  };

  private DependencyRules() {}

  static ArchRule noOtherService(String root) {
    String[] others =
        SERVICES.stream()
            .filter(service -> !service.equals(root))
            .flatMap(service -> Stream.of(service + ".."))
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .allowEmptyShould(true)
        .because(
            "services speak only in events and over REST: put what both need to say into contracts,"
                + " what both need to do into service-kit");
  }

  static ArchRule pureShapes(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and(shape())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FRAMEWORKS)
        .allowEmptyShould(true)
        .because(
            "records, enums and sealed states say what is and decide what follows, and a table test"
                + " must be able to make one: let the bean around it call the framework");
  }

  static ArchRule purePackage(String root, String name) {
    return noClasses()
        .that()
        .resideInAPackage(root + "." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FRAMEWORKS)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "java.sql..")
        .allowEmptyShould(true)
        .because(
            "this package decides: pass it values and return values, and let a bean of another"
                + " package fetch and store them");
  }

  static ArchRule noCycles(String root) {
    return slices()
        .matching(root + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .because(
            "features that need each other are one feature, or share a third: move the shared type"
                + " to the feature that owns it, or turn one call into a value handed in");
  }

  private static DescribedPredicate<JavaClass> shape() {
    return DescribedPredicate.describe(
        "are records, enums or sealed interfaces",
        type ->
            type.isRecord() || type.isEnum() || (type.isInterface() && type.reflect().isSealed()));
  }
}
