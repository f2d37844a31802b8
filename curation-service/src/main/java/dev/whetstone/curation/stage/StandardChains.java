package dev.whetstone.curation.stage;

import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.stage.abuse.AbuseStage;
import dev.whetstone.curation.stage.balance.BalanceStage;
import dev.whetstone.curation.stage.balance.FindingsStage;
import dev.whetstone.curation.stage.balance.SynthesisStage;
import dev.whetstone.curation.stage.decontamination.DecontaminationStage;
import dev.whetstone.curation.stage.dedup.DedupStage;
import dev.whetstone.curation.stage.dedup.SemanticDedupStage;
import dev.whetstone.curation.stage.hygiene.ConsentStage;
import dev.whetstone.curation.stage.hygiene.HygieneStage;
import dev.whetstone.curation.stage.language.LanguageStage;
import dev.whetstone.curation.stage.language.OptimaizeLanguageGuesser;
import dev.whetstone.curation.stage.pii.PiiStage;
import dev.whetstone.curation.stage.quality.QualityStage;
import dev.whetstone.curation.stage.toxicity.ToxicityStage;
import java.util.List;
import java.util.Optional;

/**
 * The chains every loop runs; a loop's file switches stages off or sets their numbers. They live
 * apart from {@code chain} so that stages may use its types without a cycle of packages.
 */
public final class StandardChains {
  private static final AdmissionChain ADMISSION =
      new AdmissionChain(
          List.of(
              new ConsentStage(),
              new HygieneStage(),
              new LanguageStage(new OptimaizeLanguageGuesser()),
              new PiiStage(),
              new ToxicityStage(),
              new QualityStage()));
  private static final CutChain CUT =
      new CutChain(
          List.of(
              new DedupStage(),
              new SemanticDedupStage(Optional.empty()),
              new DecontaminationStage(),
              new AbuseStage(),
              new SynthesisStage(),
              new BalanceStage(),
              new FindingsStage()));

  private StandardChains() {}

  /** Stages 1, 5 to 8 and 12. */
  public static AdmissionChain admission() {
    return ADMISSION;
  }

  /** Stages 9 to 11, 13 and 14. */
  public static CutChain cut() {
    return CUT;
  }
}
