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
import dev.whetstone.eval.trace.PromotionTracer;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.trace.TraceContext;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * The moves of a rollout. Each is one transaction together with the changes of champion and
 * adoption and with the event.
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
  private final PromotionTracer traces;

  public RolloutMoves(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      DecisionRepository decisions,
      RolloutRepository rollouts,
      Outbox outbox,
      EventFactory events,
      Clock clock,
      EvalMetrics metrics,
      PromotionTracer traces) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.outbox = outbox;
    this.events = events;
    this.clock = clock;
    this.metrics = metrics;
    this.traces = traces;
  }

  /** Thrown within a move's transaction to roll it back. */
  private static final class MoveRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Moves the champion by compare-and-set, to a checkpoint that is not tainted.
   *
   * @return false if it is tainted, if another champion was set, or if another process moved the
   *     rollout; nothing is changed then
   */
  boolean switchOver(Rollout rollout, Switched switched) {
    return inTransaction(
        () -> {
          if (checkpoints.lockedTaint(rollout.loop(), rollout.checkpointId()).isPresent()) {
            throw new MoveRefused();
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
   * Records that every replica serves the champion.
   *
   * @return false if it is no longer the champion
   */
  boolean apply(Rollout rollout, Applied applied, int replicas) {
    long generation = rollout.fromGeneration() + 1;
    boolean moved =
        inTransaction(
            () -> {
              if (champions.lockedGeneration(rollout.loop()) != generation
                  || !rollouts.move(rollout, applied)) {
                throw new MoveRefused();
              }
              publish(
                  rollout,
                  new PromotionApplied(
                      rollout.decisionId(), rollout.checkpointId(), generation, replicas),
                  "applied",
                  generation);
            });
    if (moved) {
      LOG.infof("applied loop=%s generation=%d", rollout.loop(), generation);
      metrics.rollout(EvalMetrics.Rollout.APPLIED);
      metrics.promoted(rollout.loop());
    }
    return moved;
  }

  /** Ends a rollout whose candidate is not in service, and revokes the adoption of its batches. */
  void fail(Rollout rollout, Failed failed) {
    boolean moved =
        inTransaction(
            () -> {
              if (!rollouts.move(rollout, failed)) {
                throw new MoveRefused();
              }
              decisions.revokeAdoption(rollout.decisionId(), Adoption.WITHDRAWN);
              long generation =
                  champions.current(rollout.loop()).map(Champion::generation).orElse(0L);
              publish(
                  rollout,
                  new PromotionFailed(
                      rollout.decisionId(), rollout.checkpointId(), generation, failed.reason()),
                  "failed",
                  generation);
            });
    if (moved) {
      LOG.warnf("rollout-failed loop=%s reason=%s", rollout.loop(), failed.reason());
      metrics.rollout(EvalMetrics.Rollout.FAILED);
    }
  }

  /**
   * Restores the former champion by a new generation.
   *
   * @return false if the rolled-out champion is no longer in service
   */
  boolean rollBack(Rollout rollout, RolledBack back) {
    boolean moved = inTransaction(() -> restore(rollout, back));
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
    decisions.revokeAdoption(rollout.decisionId(), Adoption.ROLLED_BACK);
    publish(
        rollout,
        new PromotionRolledBack(
            rollout.decisionId(),
            rollout.checkpointId(),
            former.checkpointId(),
            restored.generation(),
            back.reason()),
        "rolled_back",
        restored.generation());
  }

  private void replace(Rollout rollout, RolloutState to, Champion next) {
    if (!champions.replace(next) || !rollouts.move(rollout, to)) {
      throw new MoveRefused();
    }
  }

  private static boolean inTransaction(Runnable move) {
    try {
      QuarkusTransaction.requiringNew().run(move);
      return true;
    } catch (MoveRefused e) {
      return false;
    }
  }

  /** Publishes an event under a new id: a restarted rollout may fail again for another reason. */
  private void publish(Rollout rollout, EventData data, String outcome, long generation) {
    LoopId loop = rollout.loop();
    String trace =
        traces
            .rolledOut(loop, rollout.decisionId(), outcome, generation)
            .map(TraceContext::text)
            .orElse(null);
    outbox.add(
        events.create(loop, "eval", rollout.checkpointId(), loop.key(), data).tracedBy(trace));
  }
}
