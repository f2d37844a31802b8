package dev.whetstone.testing;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The house's rules of "what must never import what", for one service. Each service has this test:
 *
 * <pre>{@code
 * class ArchitectureTest {
 *   @TestFactory
 *   Stream<DynamicTest> shouldKeepTheHouseRules() {
 *     return WhetstoneArchitecture.of("dev.whetstone.curation")
 *         .withPurePackages("chain", "form", "split")
 *         .tests();
 *   }
 * }
 * }</pre>
 *
 * <p>Pure packages hold nothing but decisions, states and statistics. Records, enums and sealed
 * interfaces are held to the same rule wherever they are.
 */
public final class WhetstoneArchitecture {
  private final String root;
  private final List<String> purePackages;

  private WhetstoneArchitecture(String root, List<String> purePackages) {
    this.root = root;
    this.purePackages = purePackages;
  }

  /**
   * The rules for a service.
   *
   * @param root its root package, for example {@code dev.whetstone.curation}
   */
  public static WhetstoneArchitecture of(String root) {
    return new WhetstoneArchitecture(root, List.of());
  }

  /**
   * Names feature packages below the root in which every class must be free of frameworks.
   *
   * @throws IllegalArgumentException from {@link #tests()} when one of them is empty, so that a
   *     renamed package does not fall out of the rule unseen
   */
  public WhetstoneArchitecture withPurePackages(String... names) {
    return new WhetstoneArchitecture(root, List.of(names));
  }

  /** One test per rule. */
  public Stream<DynamicTest> tests() {
    JavaClasses classes = classes();
    for (String name : purePackages) {
      if (classes.stream().noneMatch(c -> c.getPackageName().startsWith(root + "." + name))) {
        throw new IllegalArgumentException(
            "%s.%s holds no class; name the package where those decisions are now"
                .formatted(root, name));
      }
    }
    return rules().entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(classes)));
  }

  Map<String, ArchRule> rules() {
    var rules = new LinkedHashMap<String, ArchRule>();
    rules.put("shouldNotImportAnotherService", DependencyRules.noOtherService(root));
    rules.put("shouldKeepRecordsAndStatesPure", DependencyRules.pureShapes(root));
    purePackages.forEach(
        name ->
            rules.put(
                "shouldKeepPackagePure(" + name + ")", DependencyRules.purePackage(root, name)));
    rules.put("shouldProduceOnlyThroughTheOutbox", MessagingRules.onlyTheRelayProduces(root));
    rules.put("shouldConsumeOnlyInConsumers", MessagingRules.onlyConsumersConsume(root));
    rules.put("shouldKeepEntitiesInTheirFeature", EntityRules.staysInItsFeature(root));
    rules.put("shouldNotSendEntities", EntityRules.isNotSent(root));
    rules.put("shouldHaveNoCyclesOfFeatures", DependencyRules.noCycles(root));
    rules.put("shouldAskTheClock", ClockRules.asksTheClock(root));
    rules.put("shouldAskForIds", ClockRules.asksForIds(root));
    return rules;
  }

  JavaClasses classes() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages(root);
  }
}
