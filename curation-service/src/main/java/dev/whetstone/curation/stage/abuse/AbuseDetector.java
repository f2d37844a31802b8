package dev.whetstone.curation.stage.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.List;
import java.util.Map;

/** Looks for one kind of abuse among the examples of a cut, ordered by id. */
interface AbuseDetector {
  /** What it drops, by example id; everything else stays. */
  Map<String, StageJudgement> inspect(List<Example> examples, CutContext context);
}
