package dev.whetstone.curation.assembly;

import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.OrderedStage;
import dev.whetstone.curation.stage.language.LanguageGuesser;
import dev.whetstone.curation.stage.language.OptimaizeLanguageGuesser;
import dev.whetstone.curation.stage.pii.PiiFinder;
import dev.whetstone.curation.stage.pii.PiiRecognizer;
import io.quarkus.arc.All;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Builds the two chains from the stage beans, at start, so that stages with the same order or name
 * stop the service before it takes events.
 */
@Singleton
public class ChainProducer {
  @Produces
  @Singleton
  @Startup
  AdmissionChain admissionChain(@All List<OrderedStage<AdmissionStage>> stages) {
    return new AdmissionChain(OrderedStage.sorted(stages));
  }

  @Produces
  @Singleton
  @Startup
  CutChain cutChain(@All List<OrderedStage<CutStage>> stages) {
    return new CutChain(OrderedStage.sorted(stages));
  }

  /** Patterns and check digits, unless another recogniser is a bean. */
  @Produces
  @Singleton
  @DefaultBean
  PiiRecognizer piiRecognizer() {
    return new PiiFinder();
  }

  /** Character n-gram models, unless another guesser is a bean. */
  @Produces
  @Singleton
  @DefaultBean
  LanguageGuesser languageGuesser() {
    return new OptimaizeLanguageGuesser();
  }
}
