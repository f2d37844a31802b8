package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.rollout.RolloutState.Applied;
import dev.whetstone.eval.rollout.RolloutState.Failed;
import dev.whetstone.eval.rollout.RolloutState.Loading;
import dev.whetstone.eval.rollout.RolloutState.RolledBack;
import dev.whetstone.eval.rollout.RolloutState.Switched;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Carries promotions out: load and probe on every replica, compare-and-set of the champion's
 * generation, confirmation by every replica; past the deadline a new generation points back. A
 * rollout whose champion is not the one it was decided against, or no longer the one it set, ends.
 */
@ApplicationScoped
public class RolloutDriver {
  private static final Logger LOG = Logger.getLogger(RolloutDriver.class);
  private static final List<ChatMessage> PROBE = List.of(ChatMessage.user("Hello"));
  private static final String OVERTAKEN = "another champion was set meanwhile: generation %d";
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final DecisionRepository decisions;
  private final RolloutRepository rollouts;
  private final RolloutMoves moves;
  private final ModelServers servers;
  private final Clock clock;
  private final Instant since;

  public RolloutDriver(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      DecisionRepository decisions,
      RolloutRepository rollouts,
      RolloutMoves moves,
      ModelServers servers,
      Clock clock) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.moves = moves;
    this.servers = servers;
    this.clock = clock;
    this.since = clock.instant();
  }

  /** Begins what is wanted and takes every rollout of the loop as far as it comes now. */
  void drive(DeclaredLoop loop) {
    for (Decision decision : decisions.awaitingRollout(loop.id())) {
      begin(loop, decision);
    }
    for (Rollout rollout : rollouts.underWay(loop.id())) {
      // One that cannot go on must not keep the others from it.
      try {
        drive(loop.spec(), rollout);
      } catch (RuntimeException e) {
        LOG.warnf("rollout-postponed decision=%s reason=%s", rollout.decisionId(), e.getMessage());
        LOG.debug("rollout-postponed", e);
        rollouts.note(rollout, String.valueOf(e.getMessage()));
      }
    }
  }

  private void begin(DeclaredLoop loop, Decision decision) {
    Checkpoint checkpoint = checkpoints.find(loop.id(), decision.body().candidate()).orElseThrow();
    rollouts.begin(
        new Rollout(
            decision.id(),
            loop.id(),
            checkpoint.id(),
            checkpoint.ready().adapterUri(),
            ServedName.of(loop.id(), checkpoint.id()),
            decision.body().championGeneration(),
            new Loading(clock.instant()),
            clock.instant(),
            ""),
        clock.instant().plus(loop.spec().spec().rollout().confirmDeadline()));
  }

  private void drive(LoopSpec loop, Rollout rollout) {
    switch (rollout.state()) {
      case Loading loading -> load(loop, rollout, loading);
      case Switched switched -> confirm(loop, rollout, switched);
      case Applied ignored -> {}
      case Failed ignored -> {}
      case RolledBack ignored -> {}
    }
  }

  private void load(LoopSpec loop, Rollout rollout, Loading loading) {
    Optional<String> obstacle = obstacle(rollout);
    if (obstacle.isPresent()) {
      moves.fail(rollout, loading.failed(obstacle.get()));
      return;
    }
    try {
      for (ServingPort replica : servers.replicas(loop)) {
        replica.load(rollout.servedName(), ModelServers.adapterPath(rollout.adapterUri()));
        probe(replica, rollout.servedName());
      }
    } catch (ServingException e) {
      if (e.kind() == Kind.REFUSED || isPast(loading.deadline(), loop)) {
        moves.fail(rollout, loading.failed(String.valueOf(e.getMessage())));
      } else {
        rollouts.note(rollout, String.valueOf(e.getMessage()));
      }
      return;
    }
    Switched switched =
        loading.switched(clock.instant().plus(loop.spec().rollout().confirmDeadline()));
    if (!moves.switchOver(rollout, switched)) {
      moves.fail(rollout, loading.failed(obstacle(rollout).orElseGet(() -> overtaken(rollout))));
    }
  }

  /** What ends a rollout whose champion was not set yet, whatever the model servers say. */
  private Optional<String> obstacle(Rollout rollout) {
    return checkpoints
        .find(rollout.loop(), rollout.checkpointId())
        .flatMap(Checkpoint::taint)
        .or(
            () ->
                generation(rollout) == rollout.fromGeneration()
                    ? Optional.empty()
                    : Optional.of(overtaken(rollout)));
  }

  private void confirm(LoopSpec loop, Rollout rollout, Switched switched) {
    boolean reigns = generation(rollout) == rollout.fromGeneration() + 1;
    if (!reigns || !settle(loop, rollout, switched)) {
      moves.fail(rollout, switched.overtaken(overtaken(rollout)));
    }
  }

  /** Says whether the rollout's champion still was in service. */
  private boolean settle(LoopSpec loop, Rollout rollout, Switched switched) {
    try {
      List<ServingPort> replicas = servers.replicas(loop);
      for (ServingPort replica : replicas) {
        if (!replica.models().contains(rollout.servedName())) {
          replica.load(rollout.servedName(), ModelServers.adapterPath(rollout.adapterUri()));
        }
        probe(replica, rollout.servedName());
      }
      return moves.apply(rollout, switched.confirmed(), replicas.size());
    } catch (ServingException e) {
      if (isPast(switched.deadline(), loop)) {
        return moves.rollBack(rollout, switched.rolledBack(String.valueOf(e.getMessage())));
      }
      rollouts.note(rollout, String.valueOf(e.getMessage()));
      return true;
    }
  }

  /**
   * Whether a deadline is over. While this service was down nobody drove the rollout, and the model
   * servers may only just start, as this service does: they have the time that any rollout has.
   */
  private boolean isPast(Instant deadline, LoopSpec loop) {
    Instant least = since.plus(loop.spec().rollout().confirmDeadline());
    return clock.instant().isAfter(deadline.isAfter(least) ? deadline : least);
  }

  private long generation(Rollout rollout) {
    return champions.current(rollout.loop()).map(Champion::generation).orElse(-1L);
  }

  private String overtaken(Rollout rollout) {
    return OVERTAKEN.formatted(generation(rollout));
  }

  private static void probe(ServingPort replica, String servedName) {
    replica.ask(new ServingPort.Question(servedName, PROBE, null, 1));
  }
}
