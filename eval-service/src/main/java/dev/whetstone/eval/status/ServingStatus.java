package dev.whetstone.eval.status;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.rollout.ReplicaReconciler;
import dev.whetstone.eval.rollout.Rollout;
import dev.whetstone.eval.rollout.RolloutRepository;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Describes which model is in service on the replicas. */
@ApplicationScoped
public class ServingStatus {
  private final ChampionRepository champions;
  private final RolloutRepository rollouts;
  private final ReplicaReconciler replicas;

  public ServingStatus(
      ChampionRepository champions, RolloutRepository rollouts, ReplicaReconciler replicas) {
    this.champions = champions;
    this.rollouts = rollouts;
    this.replicas = replicas;
  }

  public LoopCondition of(DeclaredLoop loop) {
    Optional<Champion> champion = champions.current(loop.id());
    Optional<ReplicaReconciler.Observation> observation = replicas.last(loop.id());
    if (champion.isEmpty() || observation.isEmpty()) {
      return condition(false, "Unknown", "the replicas have not been checked yet");
    }
    String model =
        champion.get().isBase()
            ? "the base model '"
                + champion.get().servedName()
                + "' (generation "
                + champion.get().generation()
                + ")"
            : champion.get().servedName() + " (generation " + champion.get().generation() + ")";
    List<Rollout> underWay = rollouts.underWay(loop.id());
    String progress =
        underWay.isEmpty()
            ? ""
            : "; "
                + underWay.getFirst().servedName()
                + " is being put into service"
                + (underWay.getFirst().trouble().isEmpty()
                    ? ""
                    : ": " + underWay.getFirst().trouble());
    return observation.get().answering() == observation.get().replicas()
        ? condition(
            true,
            underWay.isEmpty() ? "Serving" : "RollingOut",
            "%s answers on %d of %d replicas%s%s%s"
                .formatted(
                    model,
                    observation.get().answering(),
                    observation.get().replicas(),
                    progress,
                    withoutFormer(observation.get()),
                    withoutRouter(loop)))
        : condition(
            false,
            "ReplicaMissing",
            "%s answers on %d of %d replicas: %s%s"
                .formatted(
                    model,
                    observation.get().answering(),
                    observation.get().replicas(),
                    String.join("; ", observation.get().trouble()),
                    progress));
  }

  private static String withoutFormer(ReplicaReconciler.Observation observation) {
    return observation.formerTrouble().isEmpty()
        ? ""
        : "; the former champion is not loaded: " + String.join("; ", observation.formerTrouble());
  }

  /** Without a router no app asks for an assignment: no split by end user is possible. */
  private static String withoutRouter(DeclaredLoop loop) {
    return loop.spec().spec().serving().router().equals("none")
        ? "; spec.serving.router is none: switch at 100 %, before/after comparison only"
        : "";
  }

  private static LoopCondition condition(boolean serving, String reason, String message) {
    return LoopCondition.of("Serving", serving, reason, message);
  }
}
