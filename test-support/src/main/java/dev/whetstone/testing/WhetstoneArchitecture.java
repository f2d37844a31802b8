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
 * The rules of architecture.md on what must not depend on what, for one module. Each service has
 * this test:
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
 * <p>A pure package holds only decisions, states and statistics. Records, enums, sealed interfaces
 * and classes named as decisions ({@code …Rule}, {@code …Policy}, {@code …Stage}, {@code
 * …Detector}, {@code …Metric}) are held to the same rule in every package.
 */
public final class WhetstoneArchitecture {
  private static final List<String> SHARED =
      List.of("dev.whetstone.contracts", "dev.whetstone.kit");
  private final String root;
  private final List<String> purePackages;
  private final List<String> shared;
  private final boolean service;

  private WhetstoneArchitecture(
      String root, List<String> purePackages, List<String> shared, boolean service) {
    this.root = root;
    this.purePackages = purePackages;
    this.shared = shared;
    this.service = service;
  }

  /**
   * All rules, for a service: it may depend on contracts and service-kit.
   *
   * @param root its root package, for example {@code dev.whetstone.curation}
   */
  public static WhetstoneArchitecture of(String root) {
    return new WhetstoneArchitecture(root, List.of(), SHARED, true);
  }

  /**
   * The rules on dependencies, purity and cycles, for a module without a database, a clock and a
   * consumer of its own.
   *
   * @param root its root package, for example {@code dev.whetstone.embedded}
   * @param shared root packages of the project's modules that it may depend on
   */
  public static WhetstoneArchitecture ofLibrary(String root, String... shared) {
    return new WhetstoneArchitecture(root, List.of(), List.of(shared), false);
  }

  /**
   * Names packages below the root in which every class must be pure.
   *
   * @throws IllegalArgumentException from {@link #tests()} when one of them is empty, so that a
   *     renamed package does not drop out of the rule unnoticed
   */
  public WhetstoneArchitecture withPurePackages(String... names) {
    return new WhetstoneArchitecture(root, List.of(names), shared, service);
  }

  /** One test per rule. */
  public Stream<DynamicTest> tests() {
    JavaClasses classes = classes();
    for (String name : purePackages) {
      if (classes.stream().noneMatch(c -> c.getPackageName().startsWith(root + "." + name))) {
        throw new IllegalArgumentException(
            "%s.%s holds no class; name the package that now holds those decisions"
                .formatted(root, name));
      }
    }
    return rules().entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(classes)));
  }

  Map<String, ArchRule> rules() {
    var rules = new LinkedHashMap<String, ArchRule>();
    rules.put("shouldNotImportAnotherService", DependencyRules.onlySharedModules(root, shared));
    rules.put("shouldKeepRecordsAndStatesPure", PurityRules.pureShapes(root));
    rules.put("shouldKeepDecisionsPureByName", PurityRules.pureRoles(root));
    purePackages.forEach(
        name ->
            rules.put("shouldKeepPackagePure(" + name + ")", PurityRules.purePackage(root, name)));
    rules.put("shouldHaveNoCyclesOfFeatures", DependencyRules.noFeatureCycles(root));
    rules.put("shouldHaveNoCyclesOfPackages", DependencyRules.noPackageCycles(root));
    if (service) {
      rules.put("shouldProduceOnlyThroughTheOutbox", MessagingRules.onlyTheRelayProduces(root));
      rules.put("shouldConsumeOnlyInConsumers", MessagingRules.onlyConsumersConsume(root));
      rules.put("shouldKeepEntitiesInTheirFeature", EntityRules.staysInItsFeature(root));
      rules.put("shouldNotSendEntities", EntityRules.isNotSent(root));
      rules.put(
          "shouldDeclareTheCallersOfResources", AccessRules.resourcesDeclareTheirCallers(root));
      rules.put("shouldDescribeItsMeters", MeterRules.describesItsMeters(root));
      rules.put("shouldAskTheClock", ClockRules.asksTheClock(root));
      rules.put("shouldAskForIds", ClockRules.asksForIds(root));
    }
    return rules;
  }

  JavaClasses classes() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages(root);
  }
}
