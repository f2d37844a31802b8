package dev.whetstone.images;

import dev.whetstone.testing.WhetstoneArchitecture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The images are written from packaged programs, without any of their code. */
class ArchitectureTest {
  @TestFactory
  Stream<DynamicTest> shouldKeepTheHouseRules() {
    return WhetstoneArchitecture.ofLibrary(
            "dev.whetstone.images", "dev.whetstone.client", "dev.whetstone.embedded")
        .tests();
  }
}
