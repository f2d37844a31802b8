package dev.whetstone.eval.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long the eval service keeps what evaluations leave behind. */
@ConfigMapping(prefix = "whetstone.eval.retention")
public interface EvalRetentionConfig {
  /** How often retention runs, in Quarkus' notation. */
  @WithDefault("1h")
  String every();

  /** Most rows that one transaction deletes. */
  @WithDefault("500")
  int chunk();

  /**
   * Age of answers and likelihoods at which they are deleted. Later evaluations ask such questions
   * again. Those of a loop with an evaluation under way stay.
   */
  @WithDefault("P90D")
  Duration answers();

  /**
   * Age of a decision at which the texts of its evidence and the questions of its evaluation are
   * deleted; the scores stay, so that the decision can still be recomputed.
   */
  @WithDefault("P180D")
  Duration evidenceTexts();

  /**
   * Age of a decision at which its informational figures and notes are deleted; verdict, reason,
   * gates and faults stay.
   */
  @WithDefault("P730D")
  Duration decisionFacts();

  /** Age of effect probes at which they are deleted, except those of the last ten champions. */
  @WithDefault("P90D")
  Duration probes();

  /**
   * Number of newest revisions of each loop's declaration that are kept. Those of an evaluation
   * under way stay in any case.
   */
  @WithDefault("50")
  int loopRevisions();
}
