package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class ContainerPairTest {
  /** With another one Testcontainers finds no engine, wherever one runs, and does not say why. */
  @Test
  void shouldHaveTheDockerClientThatTestcontainersWasBuiltFor() {
    assertThatCode(() -> Class.forName("org.testcontainers.DelegatingDockerClient").getMethods())
        .doesNotThrowAnyException();
  }
}
