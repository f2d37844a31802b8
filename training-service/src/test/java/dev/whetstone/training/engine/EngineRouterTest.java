package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineRouterTest {
  private static final LoopSpec.Engine OTHER = new LoopSpec.Engine("other", null, null, null);

  private final FakeComputeEngine process = new FakeComputeEngine();

  @Test
  void shouldFindAnEngineByItsKind() {
    EngineRouter router = new EngineRouter(List.of(process));

    assertThat(router.find("process")).containsSame(process);
    assertThat(router.require(LoopSpec.Engine.PROCESS)).isSameAs(process);
  }

  @Test
  void shouldNameTheEnginesThatItHasWhenOneIsMissing() {
    EngineRouter router = new EngineRouter(List.of(process));

    assertThat(router.find("other")).isEmpty();
    assertThatThrownBy(() -> router.require(OTHER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no compute engine 'other'")
        .hasMessageContaining("it has: process");
  }

  @Test
  void shouldRefuseTwoEnginesOfOneKind() {
    assertThatThrownBy(() -> new EngineRouter(List.of(process, new FakeComputeEngine())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two compute engines have the kind 'process'");
  }
}
