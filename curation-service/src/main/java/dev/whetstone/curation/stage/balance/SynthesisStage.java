package dev.whetstone.curation.stage.balance;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.KeyedHash;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Keeps synthetic examples out of held-out splits and limits their share of train examples. */
public final class SynthesisStage implements CutStage {
  @Override
  public String name() {
    return "synthesis";
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    double share = context.curation().synthesis().maxShare();
    var judgements = new ArrayList<CutJudgement>();
    for (Form form : Form.values()) {
      List<Example> ofForm = examples.stream().filter(e -> e.form() == form).toList();
      List<Example> synthetic = ofForm.stream().filter(e -> e.provenance().synthetic()).toList();
      synthetic.stream()
          .filter(e -> e.provenance().split() != Split.TRAIN)
          .forEach(e -> judgements.add(reject(e, "synthetic examples are never held out")));
      long real =
          ofForm.stream()
              .filter(e -> !e.provenance().synthetic() && e.provenance().split() == Split.TRAIN)
              .count();
      long most = share >= 1 ? Long.MAX_VALUE : (long) Math.floor(real * share / (1 - share));
      synthetic.stream()
          .filter(e -> e.provenance().split() == Split.TRAIN)
          .sorted(
              Comparator.comparing((Example e) -> KeyedHash.of(context.seed(), e.id()))
                  .thenComparing(Example::id))
          .skip(most)
          .forEach(e -> judgements.add(reject(e, "synthesis.maxShare allows " + most)));
    }
    return judgements;
  }

  private static CutJudgement reject(Example example, String detail) {
    return new CutJudgement(
        example.id(), new StageJudgement.Reject(ReasonCodes.SYNTHETIC_SHARE, detail));
  }
}
