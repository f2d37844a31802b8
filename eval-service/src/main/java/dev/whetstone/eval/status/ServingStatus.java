package dev.whetstone.eval.status;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.rollout.ReplicaObservation;
import dev.whetstone.eval.rollout.ReplicaObservationRepository;
import dev.whetstone.eval.rollout.Rollout;
import dev.whetstone.eval.rollout.RolloutRepository;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Describes which model is in service on the replicas. */
@ApplicationScoped
public class ServingStatus {
  private final ChampionRepository champions;
  private final RolloutRepository rollouts;
  private final ReplicaObservationRepository observations;

  public ServingStatus(
      ChampionRepository champions,
      RolloutRepository rollouts,
      ReplicaObservationRepository observations) {
    this.champions = champions;
    this.rollouts = rollouts;
    this.observations = observations;
  }

  public LoopCondition of(DeclaredLoop loop) {
    Optional<Champion> champion = champions.current(loop.id());
    List<String> urls = ModelServers.replicaUrls(loop.spec()).stream().distinct().toList();
    List<ReplicaObservation> observed =
        observations.of(loop.id()).stream()
            .filter(observation -> urls.contains(observation.url()))
            .filter(
                observation ->
                    champion
                        .filter(one -> one.generation() == observation.generation())
                        .isPresent())
            .toList();
    if (champion.isEmpty() || observed.isEmpty()) {
      return condition(false, "Unknown", "the replicas have not been checked yet");
    }
    List<ReplicaObservation> answering =
        observed.stream().filter(ReplicaObservation::answering).toList();
    String answers =
        "%s answers on %d of %d replicas"
            .formatted(model(champion.get()), answering.size(), urls.size());
    List<Rollout> underWay = rollouts.underWay(loop.id());
    String progress = underWay.isEmpty() ? "" : progress(underWay.getFirst());
    if (answering.size() == urls.size()) {
      return condition(
          true,
          underWay.isEmpty() ? "Serving" : "RollingOut",
          answers + progress + withoutFormer(observed) + withoutRouter(loop));
    }
    String troubles =
        observed.stream()
            .map(ReplicaObservation::trouble)
            .filter(trouble -> !trouble.isEmpty())
            .collect(Collectors.joining("; "));
    return condition(
        false, "ReplicaMissing", answers + (troubles.isEmpty() ? "" : ": " + troubles) + progress);
  }

  private static String model(Champion champion) {
    return champion.isBase()
        ? "the base model '%s' (generation %d)"
            .formatted(champion.servedName(), champion.generation())
        : "%s (generation %d)".formatted(champion.servedName(), champion.generation());
  }

  private static String progress(Rollout rollout) {
    return "; "
        + rollout.servedName()
        + " is being put into service"
        + (rollout.trouble().isEmpty() ? "" : ": " + rollout.trouble());
  }

  private static String withoutFormer(List<ReplicaObservation> observed) {
    String troubles =
        observed.stream()
            .map(ReplicaObservation::formerTrouble)
            .filter(trouble -> !trouble.isEmpty())
            .collect(Collectors.joining("; "));
    return troubles.isEmpty() ? "" : "; the former champion is not loaded: " + troubles;
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
