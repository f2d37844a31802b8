package dev.whetstone.curation.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** The order decides what a batch holds: a change here changes every loop's data. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ChainAssemblyTest {
  @Inject AdmissionChain admission;
  @Inject CutChain cut;

  @Test
  void shouldRunAdmissionStagesInTheirOrder() {
    assertThat(admission.stageNames())
        .containsExactly(
            "consent",
            "reasoning",
            "hygiene",
            "language",
            "pii",
            "control-tokens",
            "toxicity",
            "quality")
        .isEqualTo(StandardChains.admission().stageNames());
  }

  @Test
  void shouldRunCutStagesInTheirOrder() {
    assertThat(cut.stageNames())
        .containsExactly(
            "dedup",
            "semantic-dedup",
            "decontamination",
            "abuse",
            "synthesis",
            "balance",
            "findings")
        .isEqualTo(StandardChains.cut().stageNames());
  }
}
