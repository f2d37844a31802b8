/**
 * Scoring jobs: eval requests how likely models find reference answers, a worker on the compute
 * engine computes it, and the scores go back to eval.
 *
 * <p>{@link ScoringReconciler} looks at the jobs that are due. {@link ScoringStepper} observes the
 * job's worker and its output outside any transaction, {@link ScoringJobRule} decides, and {@link
 * ScoringJobRepository} writes the move if the row has not changed since.
 */
@NullMarked
package dev.whetstone.training.scoring;

import org.jspecify.annotations.NullMarked;
