package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.metrics.EvalMetrics;
import dev.whetstone.eval.rollout.RolloutState.Applied;
import dev.whetstone.eval.rollout.RolloutState.Failed;
import dev.whetstone.eval.rollout.RolloutState.RolledBack;
import dev.whetstone.eval.rollout.RolloutState.Switched;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * A rollout's moves, each in one transaction with what it means for the champion, for adoption and
 * for the other services.
 */
@ApplicationScoped
public class RolloutMoves {
  private static final Logger LOG = Logger.getLogger(RolloutMoves.class);
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final DecisionRepository decisions;
  private final RolloutRepository rollouts;
  private final Outbox outbox;
  private final EventFactory events;
  private final Clock clock;
  private final EvalMetrics metrics;

  public RolloutMoves(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      DecisionRepository decisions,
      RolloutRepository rollouts,
      Outbox outbox,
      EventFactory events,
      Clock clock,
      EvalMetrics metrics) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.outbox = outbox;
    this.events = events;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Rolls a move back of which a part was written; its transaction ends with it. */
  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Moves the champion by compare-and-set, to a checkpoint that is not tainted.
   *
   * @return false when it is, when another champion was set meanwhile, or another worker moved the
   *     rollout; nothing has changed then
   */
  boolean switchOver(Rollout rollout, Switched switched) {
    return wholly(
        () -> {
          if (checkpoints.lockedTaint(rollout.loop(), rollout.checkpointId()).isPresent()) {
            throw new Overtaken();
          }
          Champion former = champions.at(rollout.loop(), rollout.fromGeneration()).orElseThrow();
          Champion next =
              former.next(
                  rollout.checkpointId(),
                  rollout.adapterUri(),
                  rollout.servedName(),
                  rollout.decisionId(),
                  clock.instant());
          replace(rollout, switched, next);
        });
  }

  /**
   * Says that every replica answers with the champion.
   *
   * @return false when it no longer is the champion
   */
  boolean apply(Rollout rollout, Applied applied, int replicas) {
    long generation = rollout.fromGeneration() + 1;
    boolean moved =
        wholly(
            () -> {
              if (champions.lockedGeneration(rollout.loop()) != generation
                  || !rollouts.move(rollout, applied)) {
                throw new Overtaken();
              }
              say(
                  rollout,
                  new PromotionApplied(
                      rollout.decisionId(), rollout.checkpointId(), generation, replicas));
            });
    if (moved) {
      LOG.infof("applied loop=%s generation=%d", rollout.loop(), generation);
      metrics.rollout(EvalMetrics.Rollout.APPLIED);
    }
    return moved;
  }

  /** Gives a rollout up whose candidate is not in service; its batches are adopted no longer. */
  void fail(Rollout rollout, Failed failed) {
    boolean moved =
        wholly(
            () -> {
              if (!rollouts.move(rollout, failed)) {
                throw new Overtaken();
              }
              decisions.takeAdoptionBack(rollout.decisionId(), Adoption.WITHDRAWN);
              long generation =
                  champions.current(rollout.loop()).map(Champion::generation).orElse(0L);
              say(
                  rollout,
                  new PromotionFailed(
                      rollout.decisionId(), rollout.checkpointId(), generation, failed.reason()));
            });
    if (moved) {
      LOG.warnf("rollout-failed loop=%s reason=%s", rollout.loop(), failed.reason());
      metrics.rollout(EvalMetrics.Rollout.FAILED);
    }
  }

  /**
   * Points back to the former champion by another generation.
   *
   * @return false when it no longer is the champion
   */
  boolean rollBack(Rollout rollout, RolledBack back) {
    boolean moved = wholly(() -> restore(rollout, back));
    if (moved) {
      LOG.warnf("rolled-back loop=%s reason=%s", rollout.loop(), back.reason());
      metrics.rollout(EvalMetrics.Rollout.ROLLED_BACK);
    }
    return moved;
  }

  private void restore(Rollout rollout, RolledBack back) {
    Champion former = champions.at(rollout.loop(), rollout.fromGeneration()).orElseThrow();
    Champion failed = champions.at(rollout.loop(), rollout.fromGeneration() + 1).orElseThrow();
    Champion restored =
        failed.next(
            former.checkpointId(),
            former.adapterUri(),
            former.servedName(),
            former.decisionId(),
            clock.instant());
    replace(rollout, back, restored);
    decisions.takeAdoptionBack(rollout.decisionId(), Adoption.ROLLED_BACK);
    say(
        rollout,
        new PromotionRolledBack(
            rollout.decisionId(),
            rollout.checkpointId(),
            former.checkpointId(),
            restored.generation(),
            back.reason()));
  }

  private void replace(Rollout rollout, RolloutState to, Champion next) {
    if (!champions.replace(next) || !rollouts.move(rollout, to)) {
      throw new Overtaken();
    }
  }

  private static boolean wholly(Runnable move) {
    try {
      QuarkusTransaction.requiringNew().run(move);
      return true;
    } catch (Overtaken e) {
      return false;
    }
  }

  /** Each time under an id of its own: a rollout that is begun anew may fail again otherwise. */
  private void say(Rollout rollout, EventData data) {
    LoopId loop = rollout.loop();
    outbox.add(events.create(loop, "eval", rollout.checkpointId(), loop.key(), data));
  }
}
