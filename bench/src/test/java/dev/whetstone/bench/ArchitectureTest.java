package dev.whetstone.bench;

import dev.whetstone.testing.WhetstoneArchitecture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The benchmarks use the stack as the command line does, and no service's code. */
class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRules() {
    return WhetstoneArchitecture.ofLibrary(
            "dev.whetstone.bench", "dev.whetstone.client", "dev.whetstone.cli")
        .tests();
  }
}
