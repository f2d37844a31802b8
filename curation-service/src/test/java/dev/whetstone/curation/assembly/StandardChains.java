package dev.whetstone.curation.assembly;

import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.OrderedStage;
import dev.whetstone.curation.stage.abuse.AbuseStage;
import dev.whetstone.curation.stage.dedup.SemanticDedupStage;
import dev.whetstone.curation.stage.dedup.TextEmbedder;
import dev.whetstone.curation.stage.quality.QualityStage;
import java.util.List;
import java.util.Optional;

/** The chains as the service assembles them, for tests without a container. */
public final class StandardChains {
  private static final StageProducer STAGES = new StageProducer();
  private static final ChainProducer CHAINS = new ChainProducer();

  private static final AdmissionChain ADMISSION =
      CHAINS.admissionChain(
          List.of(
              new OrderedStage<>(600, new QualityStage(Optional.empty())),
              STAGES.toxicity(),
              STAGES.pii(CHAINS.piiRecognizer()),
              STAGES.language(CHAINS.languageGuesser()),
              STAGES.hygiene(),
              STAGES.reasoning(),
              STAGES.controlTokens(),
              STAGES.consent()));

  private StandardChains() {}

  public static AdmissionChain admission() {
    return ADMISSION;
  }

  public static CutChain cut() {
    return cut(Optional.empty());
  }

  public static CutChain cut(Optional<TextEmbedder> embedder) {
    return CHAINS.cutChain(
        List.of(
            STAGES.findings(),
            STAGES.balance(),
            STAGES.synthesis(),
            new OrderedStage<>(400, new AbuseStage()),
            STAGES.decontamination(),
            new OrderedStage<>(200, new SemanticDedupStage(embedder)),
            STAGES.dedup()));
  }
}
