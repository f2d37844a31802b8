package dev.whetstone.eval.metrics;

import static dev.whetstone.kit.metrics.LabelDescription.loop;
import static dev.whetstone.kit.metrics.LabelDescription.oneOf;
import static dev.whetstone.kit.metrics.MeterDescription.age;
import static dev.whetstone.kit.metrics.MeterDescription.counter;
import static dev.whetstone.kit.metrics.MeterDescription.gauge;
import static dev.whetstone.kit.metrics.MeterDescription.timer;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.MeterDescription;

/** The meters of the eval service. */
public enum EvalMeter implements DescribedMeter {
  DECISIONS(counter("whetstone.eval.decisions", "decisions", oneOf("verdict", Verdict.class))),
  EVALUATION_TIME(
      timer(
          "whetstone.eval.evaluation.time", "from the beginning of an evaluation to its verdict")),
  UNFINISHED_EVALUATIONS(
      gauge(
          "whetstone.eval.unfinished.evaluations",
          "evaluations under way",
          oneOf("state", "waiting", "asking"))),
  ANSWERS(counter("whetstone.eval.answers", "answers of models")),
  LIKELIHOODS(
      counter(
          "whetstone.eval.likelihoods",
          "evaluations whose likelihoods were requested",
          oneOf("outcome", "measured", "not_measured"))),
  ROLLOUTS(
      counter(
          "whetstone.eval.rollouts",
          "rollouts that ended",
          oneOf("outcome", EvalMetrics.Rollout.class))),
  UNFINISHED_ROLLOUTS(
      gauge(
          "whetstone.eval.unfinished.rollouts",
          "rollouts under way",
          oneOf("state", "requested", "loading", "switched"))),
  PROMOTIONS(
      counter(
          "whetstone.eval.promotions",
          "candidates that every replica serves as the champion",
          loop())),
  CHAMPION_GENERATION(
      gauge("whetstone.eval.champion.generation", "generation of the champion", loop())
          .onlyForLoopsOfTheirOwn()),
  CHAMPION_AGE(
      age("whetstone.eval.champion.age", "time since the champion was set", loop())
          .onlyForLoopsOfTheirOwn()),
  CHAMPIONS_TAINTED(
      gauge(
          "whetstone.eval.champions.tainted",
          "loops whose champion is trained on erased data, by whether their deadline is over",
          oneOf("deadline", "ahead", "over"))),
  PROBES(
      counter(
          "whetstone.eval.probes",
          "effect probes of replicas",
          oneOf("outcome", EvalMetrics.Probe.class))),
  REPLICAS(
      gauge(
          "whetstone.eval.replicas",
          "replicas of loops as last checked; without_effect: it answers as the base does although"
              + " it has loaded the champion's adapter",
          oneOf("state", EvalMetrics.Replica.class)));

  private final MeterDescription description;

  EvalMeter(MeterDescription description) {
    this.description = description;
  }

  @Override
  public MeterDescription description() {
    return description;
  }
}
