package dev.whetstone.curation;

import dev.whetstone.testing.WhetstoneArchitecture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRules() {
    return WhetstoneArchitecture.of("dev.whetstone.curation")
        .withPurePackages("chain", "feature", "form", "seal", "stage", "text", "advice.rule")
        .tests();
  }
}
