package dev.whetstone.curation.assembly;

import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.OrderedStage;
import dev.whetstone.curation.stage.abuse.AbuseStage;
import dev.whetstone.curation.stage.balance.BalanceStage;
import dev.whetstone.curation.stage.balance.FindingsStage;
import dev.whetstone.curation.stage.balance.SynthesisStage;
import dev.whetstone.curation.stage.decontamination.DecontaminationStage;
import dev.whetstone.curation.stage.dedup.DedupStage;
import dev.whetstone.curation.stage.dedup.SemanticDedupStage;
import dev.whetstone.curation.stage.dedup.TextEmbedder;
import dev.whetstone.curation.stage.hygiene.ConsentStage;
import dev.whetstone.curation.stage.hygiene.ControlTokenStage;
import dev.whetstone.curation.stage.hygiene.HygieneStage;
import dev.whetstone.curation.stage.hygiene.ReasoningStage;
import dev.whetstone.curation.stage.language.LanguageGuesser;
import dev.whetstone.curation.stage.language.LanguageStage;
import dev.whetstone.curation.stage.pii.PiiRecognizer;
import dev.whetstone.curation.stage.pii.PiiStage;
import dev.whetstone.curation.stage.quality.ExampleJudge;
import dev.whetstone.curation.stage.quality.QualityStage;
import dev.whetstone.curation.stage.toxicity.ToxicityStage;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Makes each stage a bean with its order and the ports it is given. Stages themselves stay free of
 * frameworks. To add a stage, write its class and add one method here; {@link ChainProducer} builds
 * the chains from all such beans.
 */
@Singleton
public class StageProducer {
  @Produces
  @Singleton
  OrderedStage<AdmissionStage> consent() {
    return new OrderedStage<>(100, new ConsentStage());
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> reasoning() {
    return new OrderedStage<>(150, new ReasoningStage());
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> hygiene() {
    return new OrderedStage<>(200, new HygieneStage());
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> language(LanguageGuesser guesser) {
    return new OrderedStage<>(300, new LanguageStage(guesser));
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> pii(PiiRecognizer recognizer) {
    return new OrderedStage<>(400, new PiiStage(recognizer));
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> controlTokens() {
    return new OrderedStage<>(450, new ControlTokenStage());
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> toxicity() {
    return new OrderedStage<>(500, new ToxicityStage());
  }

  @Produces
  @Singleton
  OrderedStage<AdmissionStage> quality(@Any Instance<ExampleJudge> judges) {
    return new OrderedStage<>(600, new QualityStage(atMostOne(judges, ExampleJudge.class)));
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> dedup() {
    return new OrderedStage<>(100, new DedupStage());
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> semanticDedup(@Any Instance<TextEmbedder> embedders) {
    return new OrderedStage<>(
        200, new SemanticDedupStage(atMostOne(embedders, TextEmbedder.class)));
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> decontamination() {
    return new OrderedStage<>(300, new DecontaminationStage());
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> abuse() {
    return new OrderedStage<>(400, new AbuseStage());
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> synthesis() {
    return new OrderedStage<>(500, new SynthesisStage());
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> balance() {
    return new OrderedStage<>(600, new BalanceStage());
  }

  @Produces
  @Singleton
  OrderedStage<CutStage> findings() {
    return new OrderedStage<>(700, new FindingsStage());
  }

  /** The bean that implements an optional port; none is the normal case. */
  private static <T> Optional<T> atMostOne(Instance<T> beans, Class<T> port) {
    if (beans.isAmbiguous()) {
      throw new IllegalStateException(
          "more than one bean implements "
              + port.getName()
              + "; remove all but one, or mark the others as alternatives");
    }
    return beans.isUnsatisfied() ? Optional.empty() : Optional.of(beans.get());
  }
}
