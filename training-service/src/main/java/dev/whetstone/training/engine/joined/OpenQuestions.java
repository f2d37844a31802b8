package dev.whetstone.training.engine.joined;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Questions of hosts that this service keeps open until there is something to do. Each host has one
 * at a time. Tokens and keys pass through here and are stored nowhere.
 */
@ApplicationScoped
class OpenQuestions {
  private final Map<HostId, Question> open = new ConcurrentHashMap<>();

  /** A question that waits for its answer. */
  record Question(
      HostId host,
      String session,
      HostCapacity free,
      int scoringSlots,
      CompletableFuture<HostAnswer> answer) {}

  /** Keeps the question open for at most {@code wait}; the answer is then empty. */
  CompletionStage<HostAnswer> ask(HostId host, HostQuestion asked, Duration wait) {
    boolean draining = asked.draining();
    Question question =
        new Question(
            host,
            asked.session(),
            draining ? HostCapacity.NOTHING : asked.free(),
            draining ? 0 : asked.scoringSlots(),
            new CompletableFuture<HostAnswer>());
    Question former = open.put(host, question);
    if (former != null) {
      former.answer().complete(HostAnswer.NOTHING);
    }
    return question
        .answer()
        .completeOnTimeout(HostAnswer.NOTHING, wait.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, _) -> open.remove(host, question));
  }

  /**
   * Takes the question of a host of this tenant on which the worker fits; it is given to no other
   * worker.
   *
   * @param scores whether the worker takes a slot for scoring
   */
  Optional<Question> take(String tenant, HostCapacity needed, boolean scores) {
    return open.values().stream()
        .filter(question -> question.host().tenant().equals(tenant))
        .filter(question -> !scores || question.scoringSlots() > 0)
        .filter(question -> HostFitRule.shortage(needed, question.free()).isEmpty())
        .filter(question -> open.remove(question.host(), question))
        .filter(question -> !question.answer().isDone())
        .findFirst();
  }

  /** Answers the host's question, so that it asks again at once. */
  void wake(HostId host) {
    Question question = open.remove(host);
    if (question != null) {
      question.answer().complete(HostAnswer.NOTHING);
    }
  }
}
