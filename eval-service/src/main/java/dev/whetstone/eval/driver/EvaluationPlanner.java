package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Decided;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Finds the next look. Runs when there is news about a loop. */
@ApplicationScoped
public class EvaluationPlanner {
  private static final Logger LOG = Logger.getLogger(EvaluationPlanner.class);
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
  private final LoopRegistry registry;
  private final ModelServers servers;
  private final EvalConfig config;
  private final Clock clock;

  public EvaluationPlanner(
      Sql sql,
      ChampionRepository champions,
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      EvaluationPreparer preparer,
      LoopRegistry registry,
      ModelServers servers,
      EvalConfig config,
      Clock clock) {
    this.sql = sql;
    this.champions = champions;
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.preparer = preparer;
    this.registry = registry;
    this.servers = servers;
    this.config = config;
    this.clock = clock;
  }

  /** A look to begin. */
  record Next(String checkpointId, long generation, int look) {}

  /**
   * Returns the oldest candidate that was never evaluated; else the newest one again if it is
   * undecided against the current champion and there are items that it was not compared on, or if
   * the model server kept it from being measured and answers now.
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

  /** When the model server of a postponed look is to be asked again whether it answers. */
  Optional<Instant> recheck(LoopId loop, Instant now) {
    return champions
        .current(loop)
        .flatMap(champion -> undecided(loop, champion.generation()))
        .filter(decision -> decision.facts().postponed())
        .map(decision -> now.plus(config.longestPause()));
  }

  private Optional<Decision> undecided(LoopId loop, long generation) {
    return decisions
        .last(loop)
        .filter(decision -> decision.verdict() == Verdict.INCONCLUSIVE)
        .filter(decision -> decision.body().championGeneration() == generation)
        .filter(decision -> first(NEWEST, loop).equals(Optional.of(decision.body().candidate())));
  }

  private Optional<Next> again(LoopId loop, long generation) {
    Optional<Decision> last = undecided(loop, generation);
    if (last.isEmpty()) {
      return Optional.empty();
    }
    boolean postponed = last.get().facts().postponed();
    if (postponed && !answers(loop, last.get())) {
      return Optional.empty();
    }
    return evaluations
        .find(last.get().evaluationId())
        .filter(
            evaluation ->
                evaluation.state() instanceof Decided(FrozenInputs frozen)
                    && (postponed || preparer.hasNewItems(loop, frozen)))
        .map(evaluation -> new Next(evaluation.checkpointId(), generation, evaluation.look() + 1));
  }

  /** Whether a pause is over since a look was postponed, and its model server answers. */
  private boolean answers(LoopId loop, Decision postponed) {
    if (clock.instant().isBefore(postponed.decidedAt().plus(config.longestPause()))) {
      return false;
    }
    try {
      LoopSpec spec = registry.require(loop).spec();
      return servers.forEvaluation(spec).models().contains(spec.spec().serving().baseName());
    } catch (ServingException e) {
      LOG.debugf("still-unwell loop=%s reason=%s", loop, e.getMessage());
      return false;
    }
  }

  private Optional<String> first(String query, LoopId loop) {
    return sql.first(query, row -> row.getString(1), loop.tenant(), loop.loop());
  }
}
