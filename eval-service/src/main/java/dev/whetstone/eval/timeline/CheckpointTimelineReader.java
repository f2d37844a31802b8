package dev.whetstone.eval.timeline;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.rollout.Rollout;
import dev.whetstone.eval.rollout.RolloutRepository;
import dev.whetstone.eval.rollout.RolloutState;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.eval.timeline.CheckpointTimeline.Look;
import dev.whetstone.eval.timeline.CheckpointTimeline.TimelineEvent;
import dev.whetstone.eval.timeline.CheckpointTimeline.WorstItem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Assembles the timeline of a checkpoint from the rows of evaluations, decisions and rollouts. */
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

  /** The whole timeline. */
  public CheckpointTimeline read(Checkpoint checkpoint) {
    return read(checkpoint, worst::of);
  }

  /** The timeline for a list: without the worst items, which lie in the object store. */
  public CheckpointTimeline summary(Checkpoint checkpoint) {
    return read(checkpoint, _ -> List.of());
  }

  private CheckpointTimeline read(
      Checkpoint checkpoint, Function<Decision, List<WorstItem>> worstItems) {
    List<Evaluation> looks = evaluations.of(checkpoint.loop(), checkpoint.id());
    List<Decision> decided = decisions.about(checkpoint.loop(), checkpoint.id());
    List<Champion> generations = champions.of(checkpoint.loop(), checkpoint.id());
    return new CheckpointTimeline(
        checkpoint.id(),
        checkpoint.loop().loop(),
        checkpoint.ready().runId(),
        checkpoint.ready().batchIds(),
        ServedName.of(checkpoint.loop(), checkpoint.id()),
        state(checkpoint, decided, generations),
        checkpoint.tainted(),
        checkpoint.ready().metrics(),
        looks.stream().map(look -> look(look, decided, worstItems)).toList(),
        generations.stream().map(Champion::generation).toList(),
        events(checkpoint, decided, generations));
  }

  private String state(Checkpoint checkpoint, List<Decision> decided, List<Champion> generations) {
    boolean isChampion =
        champions
            .current(checkpoint.loop())
            .map(champion -> checkpoint.id().equals(champion.checkpointId()))
            .orElse(false);
    if (isChampion) {
      return "champion";
    }
    return !generations.isEmpty() ? "replaced" : decided.isEmpty() ? "judging" : "decided";
  }

  private static Look look(
      Evaluation evaluation,
      List<Decision> decided,
      Function<Decision, List<WorstItem>> worstItems) {
    Optional<Decision> decision =
        decided.stream().filter(d -> d.evaluationId().equals(evaluation.id())).findFirst();
    return new Look(
        evaluation.look(),
        evaluation.generation(),
        evaluation.state().wireName(),
        decision.map(Decision::id).orElse(null),
        decision.map(Decision::verdict).orElse(null),
        decision
            .map(d -> d.body().reason())
            .orElse(evaluation.trouble().isEmpty() ? null : evaluation.trouble()),
        decision.map(d -> "/decisions/" + d.id()).orElse(null),
        decision.map(worstItems).orElse(List.of()));
  }

  private List<TimelineEvent> events(
      Checkpoint checkpoint, List<Decision> decided, List<Champion> generations) {
    List<TimelineEvent> all = new ArrayList<>();
    all.add(
        new TimelineEvent(
            checkpoint.receivedAt(),
            checkpoint.ready().runId() == null
                ? "offered for evaluation"
                : "offered for evaluation by run " + checkpoint.ready().runId()));
    for (Decision decision : decided) {
      all.add(
          new TimelineEvent(
              decision.decidedAt(), decision.verdict() + ": " + decision.body().reason()));
      rollouts
          .find(decision.id())
          .ifPresent(rollout -> all.add(new TimelineEvent(rollout.updatedAt(), describe(rollout))));
    }
    for (Champion champion : generations) {
      all.add(
          new TimelineEvent(
              champion.setAt(), "became champion, generation " + champion.generation()));
    }
    all.sort(Comparator.comparing(TimelineEvent::at));
    return all;
  }

  private static String describe(Rollout rollout) {
    return switch (rollout.state()) {
      case RolloutState.Loading _ -> "is being loaded on every replica";
      case RolloutState.Switched _ -> "is in service; not every replica has confirmed";
      case RolloutState.Applied _ -> "is in service on every replica";
      case RolloutState.Failed failed -> "could not be put into service: " + failed.reason();
      case RolloutState.RolledBack back -> "was rolled back: " + back.reason();
    };
  }
}
