package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WhetstoneArchitectureTest {
  private static final String FIXTURE = "dev.whetstone.testing.fixture";

  @Test
  void shouldPassWhatKeepsTheRules() {
    assertThat(breaches("sound")).isEmpty();
  }

  @Test
  void shouldFindEveryBreach() {
    assertThat(breaches("broken"))
        .containsExactlyInAnyOrder(
            "shouldKeepRecordsAndStatesPure",
            "shouldKeepPackagePure(one)",
            "shouldProduceOnlyThroughTheOutbox",
            "shouldConsumeOnlyInConsumers",
            "shouldKeepEntitiesInTheirFeature",
            "shouldNotSendEntities",
            "shouldHaveNoCyclesOfFeatures",
            "shouldAskTheClock",
            "shouldAskForIds");
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
  void shouldRefuseAPurePackageThatHoldsNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WhetstoneArchitecture.of(FIXTURE).withPurePackages("gone").tests())
        .withMessageContaining(FIXTURE + ".gone");
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
