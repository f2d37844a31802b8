package dev.whetstone.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;

/** Rule 9 of architecture.md. */
final class MeterRules {
  private MeterRules() {}

  static ArchRule describesItsMeters(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .resideOutsideOfPackage("dev.whetstone.kit.metrics..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "io\\.micrometer\\.core\\.(annotation\\..*|instrument\\.(MeterRegistry|Metrics|MultiGauge|.*\\$Builder))")
        .allowEmptyShould(true)
        .because(
            "docs/metrics.md lists every meter, with bounded labels: describe it in the service's"
                + " enum of meters and register it through MeterRegistrar");
  }
}
