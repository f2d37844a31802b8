package dev.whetstone.eval.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.answer.AnswerProgress;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Asking;
import dev.whetstone.eval.evaluation.EvaluationState.Decided;
import dev.whetstone.eval.evaluation.EvaluationState.Superseded;
import dev.whetstone.eval.evaluation.EvaluationState.Waiting;
import dev.whetstone.eval.evaluation.WaitingLimit;
import dev.whetstone.kit.loop.LoopCondition;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Describes the state of a loop's evaluation. */
@ApplicationScoped
public class EvaluationStatus {
  private static final int SHORT_ID = 12;
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final AnswerProgress progress;
  private final WaitingLimit limit;

  public EvaluationStatus(
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      AnswerProgress progress,
      WaitingLimit limit) {
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.progress = progress;
    this.limit = limit;
  }

  public LoopCondition of(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    return open.map(this::underWay).orElseGet(() -> idle(decisions.last(loop)));
  }

  private LoopCondition underWay(Evaluation evaluation) {
    String candidate = "candidate " + shortId(evaluation.checkpointId());
    boolean progressing = progress.of(evaluation.loop()).isPresent();
    if (!progressing && !evaluation.trouble().isEmpty()) {
      return condition(
          true, "Waiting", candidate + ": " + evaluation.trouble() + pause(evaluation));
    }
    return switch (evaluation.state()) {
      case Waiting _ -> condition(true, "Preparing", candidate + " is being prepared");
      case Asking asking -> condition(true, "Asking", candidate + ": " + asked(evaluation, asking));
      case Decided _ -> condition(false, "Decided", candidate + " is decided");
      case Superseded _ -> condition(false, "Superseded", candidate + " was superseded");
    };
  }

  /** Until when the model server is waited for, if it keeps the evaluation from advancing. */
  private String pause(Evaluation evaluation) {
    Instant since = evaluation.unwellSince();
    return since == null
        ? ""
        : ("; evaluating is paused since %s, the next attempt is at %s, and it ends undecided at %s;"
                + " later candidates are not held up by it then")
            .formatted(
                shown(since),
                shown(evaluation.nextAttemptAt()),
                shown(limit.serverDeadline(since)));
  }

  private static Instant shown(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }

  private String asked(Evaluation evaluation, Asking asking) {
    return progress
        .of(evaluation.loop())
        .map(count -> "%,d of %,d answers collected".formatted(count.done(), count.total()))
        .orElse(asking.frozen().itemCount() + " items to ask");
  }

  private static LoopCondition idle(Optional<Decision> decided) {
    if (decided.isEmpty()) {
      return condition(false, "Idle", "no candidate has been offered yet");
    }
    Decision last = decided.get();
    String about = shortId(last.body().candidate()) + " " + last.verdict() + ": ";
    return switch (last.verdict()) {
      case HOLD ->
          condition(
              false,
              "AwaitingApproval",
              about
                  + last.body().reason()
                  + " (POST /v1/decisions/"
                  + last.id()
                  + (last.facts().faults().isEmpty() ? "/approve or /refuse)" : "/refuse)"));
      case INCONCLUSIVE ->
          last.facts().postponed()
              ? condition(
                  false,
                  "AwaitingServer",
                  about + last.body().reason() + "; it is evaluated again when the server answers")
              : condition(
                  false,
                  "AwaitingItems",
                  about + "waiting for more items; " + last.body().reason());
      case PROMOTE, REJECT ->
          condition(false, "Decided", "last candidate " + about + last.body().reason());
    };
  }

  private static LoopCondition condition(boolean active, String reason, String message) {
    return LoopCondition.of("Judging", active, reason, message);
  }

  private static String shortId(String id) {
    return id.substring(0, Math.min(SHORT_ID, id.length()));
  }
}
