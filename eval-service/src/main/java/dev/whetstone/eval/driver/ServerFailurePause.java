package dev.whetstone.eval.driver;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.AnswerRepository;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.WaitingLimit;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort.Question;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Decides what follows a failure of the model server: a growing pause, the adapter's fault if the
 * server fails on the candidate alone, or the end of the evaluation after a time limit.
 */
@ApplicationScoped
public class ServerFailurePause {
  private static final Logger LOG = Logger.getLogger(ServerFailurePause.class);
  private static final List<ChatMessage> ANY_PROMPT = List.of(ChatMessage.user("Hello"));
  private final EvaluationRepository evaluations;
  private final AnswerRepository answers;
  private final ModelServers servers;
  private final WaitingLimit limit;
  private final EvalConfig config;
  private final Clock clock;

  public ServerFailurePause(
      EvaluationRepository evaluations,
      AnswerRepository answers,
      ModelServers servers,
      WaitingLimit limit,
      EvalConfig config,
      Clock clock) {
    this.evaluations = evaluations;
    this.answers = answers;
    this.servers = servers;
    this.limit = limit;
    this.config = config;
    this.clock = clock;
  }

  /** What follows a failure. */
  sealed interface Next {}

  /** The pause is recorded. */
  record Paused() implements Next {}

  /** The server answers for the base and fails on the candidate again and again. */
  record AdapterAtFault(String fault) implements Next {}

  /** The time limit is over. */
  record Ended(String reason) implements Next {}

  Next after(Evaluation evaluation, LoopSpec spec, ServingException failure) {
    long collected = answers.askedBy(evaluation);
    boolean advanced = collected > evaluation.answersSeen();
    boolean concernsAdapter = failure.kind() == Kind.ADAPTER_FAILED && answersForBase(spec);
    int adapterFailures = concernsAdapter ? (advanced ? 0 : evaluation.adapterFailures()) + 1 : 0;
    if (adapterFailures >= config.adapterAttempts()) {
      return new AdapterAtFault(
          "the model server fails on the adapter, %d times in a row, while it answers for the base: %s"
              .formatted(adapterFailures, failure.getMessage()));
    }
    Instant since =
        advanced || evaluation.unwellSince() == null ? clock.instant() : evaluation.unwellSince();
    if (clock.instant().isAfter(limit.serverDeadline(since))) {
      return new Ended(
          ("not measured: postponed until the model server is well, after it kept the evaluation"
                  + " from advancing since %s: %s")
              .formatted(since, failure.getMessage()));
    }
    LOG.warnf("evaluation-paused id=%s reason=%s", evaluation.id(), failure.getMessage());
    evaluations.pause(
        evaluation,
        String.valueOf(failure.getMessage()),
        config.backoff(),
        since,
        collected,
        adapterFailures);
    return new Paused();
  }

  /** Whether the server, asked right after it failed on the candidate, answers for the base. */
  private boolean answersForBase(LoopSpec spec) {
    try {
      servers
          .forEvaluation(spec)
          .ask(new Question(spec.spec().serving().baseName(), ANY_PROMPT, null, 1));
      return true;
    } catch (ServingException e) {
      LOG.debugf("base-not-answering loop=%s reason=%s", spec.id(), e.getMessage());
      return false;
    }
  }
}
