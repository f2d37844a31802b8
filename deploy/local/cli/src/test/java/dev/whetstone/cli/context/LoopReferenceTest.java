package dev.whetstone.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.client.api.ApiClient;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopReferenceTest {
  private static LoopReference loop(String tenant, String name) {
    return new LoopReference(tenant, ApiClient.JSON.createObjectNode().put("loop", name));
  }

  @Test
  void shouldFindALoopByItsNameOrWithItsTenant() {
    List<LoopReference> loops = List.of(loop("demo", "support"), loop("beta", "sales"));

    assertThat(LoopReference.choose(loops, "support").qualified()).isEqualTo("demo/support");
    assertThat(LoopReference.choose(loops, "beta/sales").qualified()).isEqualTo("beta/sales");
  }

  @Test
  void shouldRequireTheTenantOfANameThatSeveralHave() {
    List<LoopReference> loops = List.of(loop("demo", "support"), loop("beta", "support"));

    assertThatThrownBy(() -> LoopReference.choose(loops, "support"))
        .hasMessageContaining("several tenants")
        .hasMessageContaining("beta/support");
  }

  @Test
  void shouldSuggestASimilarLoop() {
    assertThatThrownBy(() -> LoopReference.choose(List.of(loop("demo", "support")), "suport"))
        .hasMessageContaining("did you mean support?");
  }
}
