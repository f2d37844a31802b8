package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Decided;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Finds the next look. Runs every second for every loop, so it reads as little as possible. */
@ApplicationScoped
public class EvaluationPlanner {
  private static final String NOT_EVALUATED =
      """
      select checkpoint_id from checkpoint c where tenant = ? and loop = ? and not exists
        (select 1 from evaluation e where e.tenant = c.tenant and e.loop = c.loop
          and e.checkpoint_id = c.checkpoint_id)
      order by ordinal limit 1
      """;
  private static final String NEWEST =
      "select checkpoint_id from checkpoint where tenant = ? and loop = ?"
          + " order by ordinal desc limit 1";
  private final Sql sql;
  private final ChampionRepository champions;
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final EvaluationPreparer preparer;

  public EvaluationPlanner(
      Sql sql,
      ChampionRepository champions,
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      EvaluationPreparer preparer) {
    this.sql = sql;
    this.champions = champions;
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.preparer = preparer;
  }

  /** A look to begin. */
  record Next(String checkpointId, long generation, int look) {}

  /**
   * Returns the oldest candidate that was never evaluated; else the newest one again if it is
   * undecided against the current champion and there are items that it was not compared on.
   */
  Optional<Next> next(LoopId loop) {
    Optional<Champion> champion = champions.current(loop);
    if (champion.isEmpty()) {
      return Optional.empty();
    }
    long generation = champion.get().generation();
    return first(NOT_EVALUATED, loop)
        .map(candidate -> new Next(candidate, generation, 1))
        .or(() -> again(loop, generation));
  }

  private Optional<Next> again(LoopId loop, long generation) {
    Optional<Decision> last =
        decisions
            .last(loop)
            .filter(decision -> decision.verdict() == Verdict.INCONCLUSIVE)
            .filter(decision -> decision.body().championGeneration() == generation);
    if (last.isEmpty() || !last.map(d -> d.body().candidate()).equals(first(NEWEST, loop))) {
      return Optional.empty();
    }
    return evaluations
        .find(last.get().evaluationId())
        .filter(
            evaluation ->
                evaluation.state() instanceof Decided(FrozenInputs frozen)
                    && preparer.hasNewItems(loop, frozen))
        .map(evaluation -> new Next(evaluation.checkpointId(), generation, evaluation.look() + 1));
  }

  private Optional<String> first(String query, LoopId loop) {
    return sql.first(query, row -> row.getString(1), loop.tenant(), loop.loop());
  }
}
