package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.List;
import java.util.Map;

/** Detects one kind of abuse among the examples of a cut. */
interface AbuseDetector {
  /**
   * Judgements of the examples to drop, by example id; all others stay.
   *
   * @param examples ordered by id
   */
  Map<String, StageJudgement> inspect(List<Example> examples, CutContext context);
}
