package dev.whetstone.eval;

import dev.whetstone.testing.WhetstoneArchitecture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRules() {
    return WhetstoneArchitecture.of("dev.whetstone.eval")
        .withPurePackages("statistics", "quality", "gate", "verdict")
        .tests();
  }
}
