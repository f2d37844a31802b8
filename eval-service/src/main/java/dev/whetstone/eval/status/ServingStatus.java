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

/** Who is in service, in words. */
@ApplicationScoped
public class ServingStatus {
  private final ChampionRepository champions;
  private final RolloutRepository rollouts;
  private final ReplicaReconciler keeper;

  public ServingStatus(
      ChampionRepository champions, RolloutRepository rollouts, ReplicaReconciler keeper) {
    this.champions = champions;
    this.rollouts = rollouts;
    this.keeper = keeper;
  }

  public LoopCondition of(DeclaredLoop loop) {
    Optional<Champion> champion = champions.current(loop.id());
    Optional<ReplicaReconciler.Look> look = keeper.last(loop.id());
    if (champion.isEmpty() || look.isEmpty()) {
      return condition(false, "Unknown", "the replicas were not looked at yet");
    }
    String who =
        champion.get().isBase()
            ? "the base model '"
                + champion.get().servedName()
                + "' (generation "
                + champion.get().generation()
                + ")"
            : champion.get().servedName() + " (generation " + champion.get().generation() + ")";
    List<Rollout> underWay = rollouts.underWay(loop.id());
    String meanwhile =
        underWay.isEmpty()
            ? ""
            : "; "
                + underWay.getFirst().servedName()
                + " is being put into service"
                + (underWay.getFirst().trouble().isEmpty()
                    ? ""
                    : ": " + underWay.getFirst().trouble());
    return look.get().answering() == look.get().replicas()
        ? condition(
            true,
            underWay.isEmpty() ? "Serving" : "RollingOut",
            "%s answers on %d of %d replicas%s%s%s"
                .formatted(
                    who,
                    look.get().answering(),
                    look.get().replicas(),
                    meanwhile,
                    withoutFormer(look.get()),
                    withoutRouter(loop)))
        : condition(
            false,
            "ReplicaMissing",
            "%s answers on %d of %d replicas: %s%s"
                .formatted(
                    who,
                    look.get().answering(),
                    look.get().replicas(),
                    String.join("; ", look.get().trouble()),
                    meanwhile));
  }

  private static String withoutFormer(ReplicaReconciler.Look look) {
    return look.formerTrouble().isEmpty()
        ? ""
        : "; the former champion is not loaded: " + String.join("; ", look.formerTrouble());
  }

  /** Nobody asks for an assignment then, so that nothing can be moved or compared by end user. */
  private static String withoutRouter(DeclaredLoop loop) {
    return loop.spec().spec().serving().router().equals("none")
        ? "; spec.serving.router is none: switch at 100 %, before/after comparison only"
        : "";
  }

  private static LoopCondition condition(boolean serving, String reason, String message) {
    return LoopCondition.of("Serving", serving, reason, message);
  }
}
