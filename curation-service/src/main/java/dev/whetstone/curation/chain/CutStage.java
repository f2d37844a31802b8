package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;
import java.util.List;

/**
 * Judges the examples of a cut together. The answer depends on the set, never on its order.
 * Examples it does not mention are kept.
 */
public interface CutStage {
  /** Stable name, as in funnels and fates. */
  String name();

  List<CutJudgement> decide(List<Example> examples, CutContext context);
}
