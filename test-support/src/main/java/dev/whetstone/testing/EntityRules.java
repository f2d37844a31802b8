package dev.whetstone.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

/** Rule 5 of architecture.md. */
final class EntityRules {
  private static final String ENTITY = "jakarta.persistence.Entity";
  private static final String PATH = "jakarta.ws.rs.Path";

  private EntityRules() {}

  static ArchRule staysInItsFeature(String root) {
    return classes()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .areAnnotatedWith(ENTITY)
        .should(beUsedOnlyInTheirFeature(root))
        .allowEmptyShould(true)
        .because(
            "a table belongs to one feature: pass a record to other features, or add a method to the owning feature");
  }

  static ArchRule isNotSent(String root) {
    return methods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage(root + "..")
        .and()
        .areDeclaredInClassesThat()
        .areAnnotatedWith(PATH)
        .should(mentionNoEntity())
        .allowEmptyShould(true)
        .because("columns must be able to change independently of the API: return a record");
  }

  private static ArchCondition<JavaClass> beUsedOnlyInTheirFeature(String root) {
    return new ArchCondition<>("be used only in the package of their feature") {
      @Override
      public void check(JavaClass entity, ConditionEvents events) {
        String home = feature(root, entity);
        entity.getDirectDependenciesToSelf().stream()
            .filter(use -> !feature(root, use.getOriginClass()).equals(home))
            .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
      }
    };
  }

  private static ArchCondition<JavaMethod> mentionNoEntity() {
    return new ArchCondition<>("neither accept nor return an entity") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        Stream.concat(
                method.getReturnType().getAllInvolvedRawTypes().stream(),
                method.getRawParameterTypes().stream())
            .filter(type -> type.isAnnotatedWith(ENTITY))
            .forEach(
                type ->
                    events.add(
                        SimpleConditionEvent.violated(
                            method, method.getFullName() + " mentions " + type.getName())));
      }
    };
  }

  /** The package segment below the root; empty for the root itself. */
  private static String feature(String root, JavaClass type) {
    String below =
        type.getPackageName().substring(Math.min(root.length(), type.getPackageName().length()));
    String[] segments = below.split("\\.");
    return segments.length < 2 ? "" : segments[1];
  }
}
