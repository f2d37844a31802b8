package dev.whetstone.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;

/** Rule 3 of architecture.md: what decides is free of frameworks, beans and I/O. */
final class PurityRules {
  /** Roles whose classes decide or compute and do nothing else, wherever they are. */
  private static final String PURE_ROLES =
      ".*\\.\\w*(Rules?|Policy|Policies|Stage|Detector|Metric|Statistics?)(\\$.*)?";

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

  private static final String[] INPUT_OUTPUT = {
    "org.apache.kafka..", "java.sql..", "javax.sql..", "java.net.http.."
  };

  private static final String BEAN_SCOPES =
      "jakarta\\.(enterprise\\.context\\.\\w+Scoped|enterprise\\.context\\.Dependent"
          + "|inject\\.Singleton|ws\\.rs\\.Path)";

  private PurityRules() {}

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
            "records, enums and sealed states must be usable in a table test without a framework:"
                + " call the framework from the bean that uses them");
  }

  static ArchRule purePackage(String root, String name) {
    return noClasses()
        .that()
        .resideInAPackage(root + "." + name + "..")
        .should()
        .dependOnClassesThat(impure())
        .allowEmptyShould(true)
        .because(
            "this package decides: pass it values and return values, and read and store them in a"
                + " bean of another package");
  }

  static ArchRule pureRoles(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and(nameMatching(PURE_ROLES))
        .should()
        .dependOnClassesThat(impure())
        .allowEmptyShould(true)
        .because(
            "a class named …Rule, …Policy, …Stage, …Detector, …Metric or …Statistics decides by its"
                + " arguments alone and has a table test: read and store values in the bean that"
                + " calls it, or name the class by what it really does");
  }

  private static DescribedPredicate<JavaClass> impure() {
    return resideInAnyPackage(FRAMEWORKS)
        .or(resideInAnyPackage(INPUT_OUTPUT))
        .or(nameMatching("java\\.nio\\.file\\.Files"))
        .or(describe("are beans", PurityRules::isBean))
        .as("are frameworks, beans or I/O");
  }

  private static boolean isBean(JavaClass type) {
    return type.getAnnotations().stream()
        .anyMatch(annotation -> annotation.getRawType().getName().matches(BEAN_SCOPES));
  }

  private static DescribedPredicate<JavaClass> shape() {
    return describe(
        "are records, enums or sealed interfaces",
        type ->
            type.isRecord() || type.isEnum() || (type.isInterface() && type.reflect().isSealed()));
  }
}
