package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.probe.EffectProbe;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.eval.probe.ReplicaProber;
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
 * Puts promotions into service: loads and probes the adapter on every replica, moves the champion's
 * generation by compare-and-set, and confirms every replica. After the deadline a new generation
 * restores the former champion. A rollout fails if another champion was set after the decision or
 * after its own champion.
 */
@ApplicationScoped
public class RolloutDriver {
  private static final Logger LOG = Logger.getLogger(RolloutDriver.class);
  private static final String CHAMPION_CHANGED =
      "another champion was set in the meantime: generation %d";
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final DecisionRepository decisions;
  private final RolloutRepository rollouts;
  private final RolloutMoves moves;
  private final ModelServers servers;
  private final EffectProbeRepository probes;
  private final ReplicaProber prober;
  private final ReplicaObservationRepository observations;
  private final Clock clock;
  private final Instant serviceStart;

  public RolloutDriver(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      DecisionRepository decisions,
      RolloutRepository rollouts,
      RolloutMoves moves,
      ModelServers servers,
      EffectProbeRepository probes,
      ReplicaProber prober,
      ReplicaObservationRepository observations,
      Clock clock) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.moves = moves;
    this.servers = servers;
    this.probes = probes;
    this.prober = prober;
    this.observations = observations;
    this.clock = clock;
    this.serviceStart = clock.instant();
  }

  /** Begins the requested rollouts and moves every rollout of the loop as far as possible now. */
  void drive(DeclaredLoop loop) {
    for (Decision decision : decisions.awaitingRollout(loop.id())) {
      begin(loop, decision);
    }
    for (Rollout rollout : rollouts.underWay(loop.id())) {
      // A rollout that cannot continue must not block the others.
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
      case Applied _ -> {}
      case Failed _ -> {}
      case RolledBack _ -> {}
    }
  }

  private void load(LoopSpec loop, Rollout rollout, Loading loading) {
    Optional<String> obstacle = obstacle(rollout);
    if (obstacle.isPresent()) {
      moves.fail(rollout, loading.failed(obstacle.get()));
      return;
    }
    try {
      Optional<EffectProbe> probe = probes.find(rollout.loop(), rollout.checkpointId());
      for (String url : ModelServers.replicaUrls(loop)) {
        ServingPort replica = servers.at(url, loop);
        replica.load(rollout.servedName(), rollout.adapterUri());
        prober.require(replica, url, rollout.servedName(), probe);
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
      moves.fail(
          rollout, loading.failed(obstacle(rollout).orElseGet(() -> championChanged(rollout))));
    }
  }

  /** Why a rollout that has not set its champion must end, whatever the model servers answer. */
  private Optional<String> obstacle(Rollout rollout) {
    return checkpoints
        .find(rollout.loop(), rollout.checkpointId())
        .flatMap(Checkpoint::taint)
        .or(
            () ->
                generation(rollout) == rollout.fromGeneration()
                    ? Optional.empty()
                    : Optional.of(championChanged(rollout)));
  }

  private void confirm(LoopSpec loop, Rollout rollout, Switched switched) {
    boolean inService = generation(rollout) == rollout.fromGeneration() + 1;
    if (!inService || !confirmReplicas(loop, rollout, switched)) {
      moves.fail(rollout, switched.replaced(championChanged(rollout)));
    }
  }

  /** Returns whether the rollout's champion was still in service. */
  private boolean confirmReplicas(LoopSpec loop, Rollout rollout, Switched switched) {
    try {
      Optional<EffectProbe> probe = probes.find(rollout.loop(), rollout.checkpointId());
      List<String> urls = ModelServers.replicaUrls(loop);
      for (String url : urls) {
        ServingPort replica = servers.at(url, loop);
        if (!replica.models().contains(rollout.servedName())) {
          replica.load(rollout.servedName(), rollout.adapterUri());
        }
        prober.require(replica, url, rollout.servedName(), probe);
      }
      boolean applied = moves.apply(rollout, switched.confirmed(), urls.size());
      if (applied) {
        urls.forEach(url -> observations.record(rollout.loop(), confirmed(url, rollout)));
      }
      return applied;
    } catch (ServingException e) {
      if (isPast(switched.deadline(), loop)) {
        return moves.rollBack(rollout, switched.rolledBack(String.valueOf(e.getMessage())));
      }
      rollouts.note(rollout, String.valueOf(e.getMessage()));
      return true;
    }
  }

  /**
   * Whether a deadline is over. No rollout moves while this service is down, and the model servers
   * may be starting at the same time as this service. So the time limit restarts with the service.
   */
  private boolean isPast(Instant deadline, LoopSpec loop) {
    Instant least = serviceStart.plus(loop.spec().rollout().confirmDeadline());
    return clock.instant().isAfter(deadline.isAfter(least) ? deadline : least);
  }

  private long generation(Rollout rollout) {
    return champions.current(rollout.loop()).map(Champion::generation).orElse(-1L);
  }

  private static ReplicaObservation confirmed(String url, Rollout rollout) {
    return new ReplicaObservation(url, rollout.fromGeneration() + 1, true, "", "");
  }

  private String championChanged(Rollout rollout) {
    return CHAMPION_CHANGED.formatted(generation(rollout));
  }
}
