package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WhetstoneArchitectureTest {
  private static final String FIXTURE = "dev.whetstone.testing.fixture";

  @Test
  void shouldPassAModuleThatKeepsTheRules() {
    assertThat(breaches("sound")).isEmpty();
  }

  @Test
  void shouldFindEveryBreach() {
    assertThat(breaches("broken"))
        .containsExactlyInAnyOrder(
            "shouldNotImportAnotherService",
            "shouldKeepRecordsAndStatesPure",
            "shouldKeepDecisionsPureByName",
            "shouldKeepPackagePure(one)",
            "shouldProduceOnlyThroughTheOutbox",
            "shouldConsumeOnlyInConsumers",
            "shouldKeepEntitiesInTheirFeature",
            "shouldNotSendEntities",
            "shouldHaveNoCyclesOfFeatures",
            "shouldHaveNoCyclesOfPackages",
            "shouldDescribeItsMeters",
            "shouldAskTheClock",
            "shouldAskForIds",
            "shouldDeclareTheCallersOfResources");
  }

  @Test
  void shouldNameTheRemedy() {
    var rule = ClockRules.asksTheClock(FIXTURE + ".broken");
    assertThatThrownBy(() -> rule.check(classes("broken")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("inject java.time.Clock")
        .hasMessageContaining("SystemClockRecord.java");
  }

  @Test
  void shouldRefuseAPurePackageWithoutClasses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WhetstoneArchitecture.of(FIXTURE).withPurePackages("gone").tests())
        .withMessageContaining(FIXTURE + ".gone");
  }

  @Test
  void shouldFindACycleBetweenAPackageAndItsSubPackage() {
    var rule = DependencyRules.noPackageCycles(FIXTURE + ".broken");
    assertThatThrownBy(() -> rule.check(classes("broken.three")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("three.inner");
  }

  @Test
  void shouldRefuseAModuleThatNoListNames() {
    var rule = DependencyRules.onlySharedModules(FIXTURE + ".broken", List.of());
    assertThatThrownBy(() -> rule.check(classes("broken")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(FIXTURE + ".sound.one.Decision");
    DependencyRules.onlySharedModules(FIXTURE + ".broken", List.of(FIXTURE + ".sound"))
        .check(classes("broken"));
  }

  @Test
  void shouldAllowOnlyDecisionsInAClassNamedAsOne() {
    var rule = PurityRules.pureRoles(FIXTURE + ".broken");
    assertThatThrownBy(() -> rule.check(classes("broken")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("RowStage.java")
        .hasMessageContaining("read and store values in the bean that calls it");
  }

  private static Set<String> breaches(String name) {
    JavaClasses classes = classes(name);
    return WhetstoneArchitecture.of(FIXTURE + "." + name)
        .withPurePackages("one")
        .rules()
        .entrySet()
        .stream()
        .filter(rule -> rule.getValue().evaluate(classes).hasViolation())
        .map(java.util.Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static JavaClasses classes(String name) {
    return new ClassFileImporter().importPackages(FIXTURE + "." + name);
  }
}
