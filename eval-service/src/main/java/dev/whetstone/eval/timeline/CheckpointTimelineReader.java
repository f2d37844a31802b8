package dev.whetstone.eval.timeline;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState;
import dev.whetstone.eval.rollout.Rollout;
import dev.whetstone.eval.rollout.RolloutRepository;
import dev.whetstone.eval.rollout.RolloutState;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.eval.timeline.CheckpointTimeline.Happening;
import dev.whetstone.eval.timeline.CheckpointTimeline.Look;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Puts a checkpoint's rows together. */
@ApplicationScoped
public class CheckpointTimelineReader {
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final RolloutRepository rollouts;
  private final ChampionRepository champions;
  private final WorstItemReader worst;

  public CheckpointTimelineReader(
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      RolloutRepository rollouts,
      ChampionRepository champions,
      WorstItemReader worst) {
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.rollouts = rollouts;
    this.champions = champions;
    this.worst = worst;
  }

  public CheckpointTimeline tell(Checkpoint checkpoint) {
    List<Evaluation> looks =
        evaluations.all(checkpoint.loop()).stream()
            .filter(evaluation -> evaluation.checkpointId().equals(checkpoint.id()))
            .toList();
    List<Decision> decided =
        decisions.all(checkpoint.loop()).stream()
            .filter(decision -> decision.body().candidate().equals(checkpoint.id()))
            .toList();
    List<Champion> reigns =
        champions.history(checkpoint.loop()).reversed().stream()
            .filter(champion -> checkpoint.id().equals(champion.checkpointId()))
            .toList();
    return new CheckpointTimeline(
        checkpoint.id(),
        checkpoint.loop().loop(),
        checkpoint.ready().runId(),
        checkpoint.ready().batchIds(),
        ServedName.of(checkpoint.loop(), checkpoint.id()),
        state(checkpoint, decided, reigns),
        checkpoint.tainted(),
        checkpoint.ready().metrics(),
        looks.stream().map(look -> look(look, decided)).toList(),
        reigns.stream().map(Champion::generation).toList(),
        happenings(checkpoint, decided, reigns));
  }

  private String state(Checkpoint checkpoint, List<Decision> decided, List<Champion> reigns) {
    boolean reigning =
        champions
            .current(checkpoint.loop())
            .map(champion -> checkpoint.id().equals(champion.checkpointId()))
            .orElse(false);
    if (reigning) {
      return "champion";
    }
    return !reigns.isEmpty() ? "replaced" : decided.isEmpty() ? "judging" : "decided";
  }

  private Look look(Evaluation evaluation, List<Decision> decided) {
    Optional<Decision> decision =
        decided.stream().filter(d -> d.evaluationId().equals(evaluation.id())).findFirst();
    return new Look(
        evaluation.look(),
        evaluation.generation(),
        name(evaluation.state()),
        decision.map(Decision::id).orElse(null),
        decision.map(Decision::verdict).orElse(null),
        decision
            .map(d -> d.body().reason())
            .orElse(evaluation.trouble().isEmpty() ? null : evaluation.trouble()),
        decision.map(d -> "/decisions/" + d.id()).orElse(null),
        decision.map(worst::of).orElse(List.of()));
  }

  private List<Happening> happenings(
      Checkpoint checkpoint, List<Decision> decided, List<Champion> reigns) {
    List<Happening> all = new ArrayList<>();
    all.add(
        new Happening(
            checkpoint.receivedAt(),
            checkpoint.ready().runId() == null
                ? "offered for judging"
                : "offered for judging by run " + checkpoint.ready().runId()));
    for (Decision decision : decided) {
      all.add(
          new Happening(
              decision.decidedAt(), decision.verdict() + ": " + decision.body().reason()));
      rollouts
          .find(decision.id())
          .ifPresent(rollout -> all.add(new Happening(rollout.updatedAt(), words(rollout))));
    }
    for (Champion reign : reigns) {
      all.add(new Happening(reign.setAt(), "became champion, generation " + reign.generation()));
    }
    all.sort(Comparator.comparing(Happening::at));
    return all;
  }

  private static String words(Rollout rollout) {
    return switch (rollout.state()) {
      case RolloutState.Loading ignored -> "is being loaded on every replica";
      case RolloutState.Switched ignored -> "is in service; replicas are still to confirm";
      case RolloutState.Applied ignored -> "every replica answers with it";
      case RolloutState.Failed failed -> "could not be put into service: " + failed.reason();
      case RolloutState.RolledBack back -> "was taken out of service again: " + back.reason();
    };
  }

  private static String name(EvaluationState state) {
    return switch (state) {
      case EvaluationState.Waiting ignored -> "waiting";
      case EvaluationState.Asking ignored -> "asking";
      case EvaluationState.Decided ignored -> "decided";
      case EvaluationState.Superseded ignored -> "superseded";
    };
  }
}
