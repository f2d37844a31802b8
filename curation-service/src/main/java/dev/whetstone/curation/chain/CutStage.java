package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import java.util.List;

/**
 * Judges the examples of a cut together. The result depends on the set of examples, never on their
 * order. Examples without a judgement are kept.
 */
public interface CutStage extends ChainStage {
  /** Features that the stage uses and that are recorded per example between cuts. */
  default List<FeatureExtractor<?>> features() {
    return List.of();
  }

  List<CutJudgement> decide(List<Example> examples, CutContext context);
}
