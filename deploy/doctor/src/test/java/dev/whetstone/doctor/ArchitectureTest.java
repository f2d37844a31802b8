package dev.whetstone.doctor;

import dev.whetstone.testing.WhetstoneArchitecture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The doctor uses the kit's parts and no service's code. */
class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRules() {
    return WhetstoneArchitecture.ofLibrary(
            "dev.whetstone.doctor", "dev.whetstone.kit", "dev.whetstone.contracts")
        .tests();
  }
}
