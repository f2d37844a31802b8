package dev.whetstone.eval.judge;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decisions;
import dev.whetstone.eval.judge.EvaluationState.Asking;
import dev.whetstone.eval.judge.EvaluationState.Decided;
import dev.whetstone.eval.judge.EvaluationState.Superseded;
import dev.whetstone.eval.judge.EvaluationState.Waiting;
import dev.whetstone.kit.loop.Condition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** What the judge is doing for a loop, in words. */
@ApplicationScoped
public class JudgingStatus {
  private static final int SHORT_ID = 12;
  private final Evaluations evaluations;
  private final Decisions decisions;
  private final Progress progress;

  public JudgingStatus(Evaluations evaluations, Decisions decisions, Progress progress) {
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.progress = progress;
  }

  public Condition of(LoopId loop) {
    Optional<Evaluation> open = evaluations.open(loop);
    return open.map(this::underWay).orElseGet(() -> idle(decisions.last(loop)));
  }

  private Condition underWay(Evaluation evaluation) {
    String candidate = "candidate " + shortId(evaluation.checkpointId());
    boolean progressing = progress.of(evaluation.loop()).isPresent();
    if (!progressing && !evaluation.trouble().isEmpty()) {
      return condition(true, "Waiting", candidate + ": " + evaluation.trouble());
    }
    return switch (evaluation.state()) {
      case Waiting ignored -> condition(true, "Preparing", candidate + " is being prepared");
      case Asking asking -> condition(true, "Asking", candidate + ": " + asked(evaluation, asking));
      case Decided ignored -> condition(false, "Decided", candidate + " is decided");
      case Superseded ignored -> condition(false, "Superseded", candidate + " was given up");
    };
  }

  private String asked(Evaluation evaluation, Asking asking) {
    return progress
        .of(evaluation.loop())
        .map(count -> "%,d of %,d answers are there".formatted(count.done(), count.total()))
        .orElse(asking.frozen().itemCount() + " items are to be asked");
  }

  private static Condition idle(Optional<Decision> decided) {
    if (decided.isEmpty()) {
      return condition(false, "Idle", "no candidate was offered yet");
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
          condition(
              false, "AwaitingItems", about + "waits for more items; " + last.body().reason());
      case PROMOTE, REJECT ->
          condition(false, "Decided", "last candidate " + about + last.body().reason());
    };
  }

  private static Condition condition(boolean judging, String reason, String message) {
    return Condition.of("Judging", judging, reason, message);
  }

  private static String shortId(String id) {
    return id.substring(0, Math.min(SHORT_ID, id.length()));
  }
}
