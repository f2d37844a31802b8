package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.Champions;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.Checkpoints;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decisions;
import dev.whetstone.eval.metrics.EvalMetrics;
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
import dev.whetstone.kit.event.Events;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.outbox.Outbox;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Carries promotions out: load and probe on every replica, compare-and-set of the champion's
 * generation, confirmation by every replica; past the deadline a new generation points back.
 */
@ApplicationScoped
public class RolloutDriver {
  private static final Logger LOG = Logger.getLogger(RolloutDriver.class);
  private static final List<ChatMessage> PROBE = List.of(ChatMessage.user("Hello"));
  private final Champions champions;
  private final Checkpoints checkpoints;
  private final Decisions decisions;
  private final Rollouts rollouts;
  private final ModelServers servers;
  private final Outbox outbox;
  private final Events events;
  private final Clock clock;
  private final EvalMetrics metrics;

  public RolloutDriver(
      Champions champions,
      Checkpoints checkpoints,
      Decisions decisions,
      Rollouts rollouts,
      ModelServers servers,
      Outbox outbox,
      Events events,
      Clock clock,
      EvalMetrics metrics) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.servers = servers;
    this.outbox = outbox;
    this.events = events;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Begins what is wanted and takes every rollout of the loop as far as it comes now. */
  void drive(DeclaredLoop loop) {
    for (Decision decision : decisions.awaitingRollout(loop.id())) {
      begin(loop, decision);
    }
    for (Rollout rollout : rollouts.underWay(loop.id())) {
      drive(loop.spec(), rollout);
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
    try {
      for (ServingPort replica : servers.replicas(loop)) {
        replica.load(rollout.servedName(), ModelServers.adapterPath(rollout.adapterUri()));
        probe(replica, rollout.servedName());
      }
    } catch (ServingException e) {
      if (e.kind() == Kind.REFUSED || clock.instant().isAfter(loading.deadline())) {
        fail(rollout, loading.failed(String.valueOf(e.getMessage())));
      } else {
        rollouts.note(rollout, String.valueOf(e.getMessage()));
      }
      return;
    }
    Switched switched =
        loading.switched(clock.instant().plus(loop.spec().rollout().confirmDeadline()));
    if (!switchOver(rollout, switched)) {
      fail(rollout, loading.failed("another champion was set meanwhile"));
    }
  }

  private boolean switchOver(Rollout rollout, Switched switched) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              Champion former =
                  champions.at(rollout.loop(), rollout.fromGeneration()).orElseThrow();
              Champion next =
                  former.next(
                      rollout.checkpointId(),
                      rollout.adapterUri(),
                      rollout.servedName(),
                      rollout.decisionId(),
                      clock.instant());
              if (!champions.replace(next) || !rollouts.move(rollout, switched)) {
                QuarkusTransaction.setRollbackOnly();
                return false;
              }
              return true;
            });
  }

  private void confirm(LoopSpec loop, Rollout rollout, Switched switched) {
    try {
      List<ServingPort> replicas = servers.replicas(loop);
      for (ServingPort replica : replicas) {
        if (!replica.models().contains(rollout.servedName())) {
          replica.load(rollout.servedName(), ModelServers.adapterPath(rollout.adapterUri()));
        }
        probe(replica, rollout.servedName());
      }
      applied(rollout, switched.confirmed(), replicas.size());
    } catch (ServingException e) {
      if (clock.instant().isAfter(switched.deadline())) {
        rollBack(rollout, switched.rolledBack(String.valueOf(e.getMessage())));
      } else {
        rollouts.note(rollout, String.valueOf(e.getMessage()));
      }
    }
  }

  private void applied(Rollout rollout, Applied applied, int replicas) {
    long generation = rollout.fromGeneration() + 1;
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              if (rollouts.move(rollout, applied)) {
                say(
                    rollout,
                    "applied",
                    new PromotionApplied(
                        rollout.decisionId(), rollout.checkpointId(), generation, replicas));
              }
            });
    LOG.infof("applied loop=%s generation=%d", rollout.loop(), generation);
    metrics.rollout(EvalMetrics.Rollout.APPLIED);
  }

  private void fail(Rollout rollout, Failed failed) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              if (rollouts.move(rollout, failed)) {
                decisions.withdrawAdoption(rollout.decisionId());
                long generation =
                    champions.current(rollout.loop()).map(Champion::generation).orElse(0L);
                say(
                    rollout,
                    "failed",
                    new PromotionFailed(
                        rollout.decisionId(), rollout.checkpointId(), generation, failed.reason()));
              }
            });
    LOG.warnf("rollout-failed loop=%s reason=%s", rollout.loop(), failed.reason());
    metrics.rollout(EvalMetrics.Rollout.FAILED);
  }

  private void rollBack(Rollout rollout, RolledBack back) {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Champion former =
                  champions.at(rollout.loop(), rollout.fromGeneration()).orElseThrow();
              Champion failed =
                  champions.at(rollout.loop(), rollout.fromGeneration() + 1).orElseThrow();
              Champion restored =
                  failed.next(
                      former.checkpointId(),
                      former.adapterUri(),
                      former.servedName(),
                      former.decisionId(),
                      clock.instant());
              if (!champions.replace(restored) || !rollouts.move(rollout, back)) {
                QuarkusTransaction.setRollbackOnly();
                return;
              }
              decisions.withdrawAdoption(rollout.decisionId());
              say(
                  rollout,
                  "rolledback",
                  new PromotionRolledBack(
                      rollout.decisionId(),
                      rollout.checkpointId(),
                      former.checkpointId(),
                      restored.generation(),
                      back.reason()));
            });
    LOG.warnf("rolled-back loop=%s reason=%s", rollout.loop(), back.reason());
    metrics.rollout(EvalMetrics.Rollout.ROLLED_BACK);
  }

  private void say(Rollout rollout, String what, EventData data) {
    LoopId loop = rollout.loop();
    outbox.add(
        events.create(
            rollout.decisionId() + "-" + what,
            loop,
            "eval",
            rollout.checkpointId(),
            loop.key(),
            data));
  }

  private static void probe(ServingPort replica, String servedName) {
    replica.ask(new ServingPort.Question(servedName, PROBE, null, 1));
  }
}
