package dev.whetstone.eval.rollout;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.Champions;
import dev.whetstone.kit.loop.Condition;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Who is in service, in words. */
@ApplicationScoped
public class ServingStatus {
  private final Champions champions;
  private final Rollouts rollouts;
  private final ServingKeeper keeper;

  public ServingStatus(Champions champions, Rollouts rollouts, ServingKeeper keeper) {
    this.champions = champions;
    this.rollouts = rollouts;
    this.keeper = keeper;
  }

  public Condition of(DeclaredLoop loop) {
    Optional<Champion> champion = champions.current(loop.id());
    Optional<ServingKeeper.Look> look = keeper.last(loop.id());
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

  private static String withoutFormer(ServingKeeper.Look look) {
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

  private static Condition condition(boolean serving, String reason, String message) {
    return Condition.of("Serving", serving, reason, message);
  }
}
