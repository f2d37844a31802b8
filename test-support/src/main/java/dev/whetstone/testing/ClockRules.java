package dev.whetstone.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** Rule 7 of architecture.md. */
final class ClockRules {
  private static final Set<String> TIMES =
      Set.of(
          "java.time.Instant",
          "java.time.LocalDate",
          "java.time.LocalDateTime",
          "java.time.OffsetDateTime",
          "java.time.ZonedDateTime");

  private ClockRules() {}

  static ArchRule asksTheClock(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .resideOutsideOfPackage("dev.whetstone.kit.time..")
        .should()
        .callMethodWhere(readsTheSystemClock())
        .allowEmptyShould(true)
        .because(
            "tests control the clock: inject java.time.Clock, and LeaseClock for leases; pass the"
                + " instant to decision code");
  }

  static ArchRule asksForIds(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .resideOutsideOfPackage("dev.whetstone.kit.id..")
        .should()
        .callMethod(java.util.UUID.class, "randomUUID")
        .allowEmptyShould(true)
        .because("ids are ordered by time and predictable in tests: inject Ids");
  }

  private static DescribedPredicate<JavaMethodCall> readsTheSystemClock() {
    return DescribedPredicate.describe(
        "reads the system clock",
        call -> {
          String owner = call.getTargetOwner().getName();
          String method = call.getName();
          boolean noArguments = call.getTarget().getRawParameterTypes().isEmpty();
          return (TIMES.contains(owner) && method.equals("now") && noArguments)
              || (owner.equals("java.time.Clock") && method.startsWith("system"))
              || (owner.equals("java.lang.System") && method.equals("currentTimeMillis"));
        });
  }
}
