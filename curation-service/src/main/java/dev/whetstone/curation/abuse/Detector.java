package dev.whetstone.curation.abuse;

import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.Judgement;
import java.util.List;
import java.util.Map;

/** Looks for one kind of abuse among the examples of a cut, ordered by id. */
interface Detector {
  /** What it drops, by example id; everything else stays. */
  Map<String, Judgement> inspect(List<Example> examples, CutContext context);
}
