package dev.whetstone.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** Every resource says who may call it. */
final class AccessRules {
  private static final String HTTP_METHOD = "jakarta.ws.rs.HttpMethod";
  private static final Set<String> DECLARATIONS =
      Set.of("dev.whetstone.kit.auth.RequiresScope", "dev.whetstone.kit.auth.AuthenticatesItself");

  private AccessRules() {}

  static ArchRule resourcesDeclareTheirCallers(String root) {
    return methods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage(root + "..")
        .and(
            DescribedPredicate.describe(
                "answer HTTP requests", method -> method.isMetaAnnotatedWith(HTTP_METHOD)))
        .should(declareTheirCallers())
        .allowEmptyShould(true)
        .because(
            "a resource without a declaration is closed: annotate the method or its class with"
                + " @RequiresScope, or with @AuthenticatesItself if it checks another credential");
  }

  private static ArchCondition<JavaMethod> declareTheirCallers() {
    return new ArchCondition<>("declare a scope or another credential") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        JavaClass owner = method.getOwner();
        boolean declared =
            DECLARATIONS.stream()
                .anyMatch(name -> method.isAnnotatedWith(name) || owner.isAnnotatedWith(name));
        if (!declared) {
          events.add(
              SimpleConditionEvent.violated(
                  method, method.getFullName() + " declares neither a scope nor a credential"));
        }
      }
    };
  }
}
