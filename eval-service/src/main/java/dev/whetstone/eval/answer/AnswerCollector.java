package dev.whetstone.eval.answer;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.ComparedModels.Model;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.metrics.EvalMetrics;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.eval.serving.ServingPort.Question;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks the models the questions that have no answer yet. */
@ApplicationScoped
public class AnswerCollector {
  private final ModelServers servers;
  private final AnswerRepository answers;
  private final AnswerProgress progress;
  private final EvalConfig config;
  private final EvalMetrics metrics;

  public AnswerCollector(
      ModelServers servers,
      AnswerRepository answers,
      AnswerProgress progress,
      EvalConfig config,
      EvalMetrics metrics) {
    this.servers = servers;
    this.answers = answers;
    this.progress = progress;
    this.config = config;
    this.metrics = metrics;
  }

  private record Request(Model model, EvaluationItem item, String sample) {}

  /**
   * Collects the missing answers: of each item's models, and a second answer of the champion to
   * some items. No answer is missing when it returns, except those of former champions that the
   * server does not load.
   *
   * @return notes on former champions that were not asked
   * @throws ServingException if the model server fails; the answers so far are stored. {@code
   *     ADAPTER_FAILED} if it failed on the candidate.
   */
  public List<String> ask(
      Evaluation evaluation, LoopSpec loop, FrozenInputs frozen, List<EvaluationItem> items) {
    ServingPort server = servers.forEvaluation(loop);
    ComparedModels compared = ComparedModels.of(loop, frozen, evaluation.checkpointId());
    load(server, frozen);
    List<String> notes = new ArrayList<>();
    Set<Model> unavailable = loadAnchors(server, compared, notes);
    List<Request> needed = needed(evaluation, loop, compared, items, unavailable);
    List<Request> missing = missing(evaluation.loop(), needed);
    progress.begin(evaluation.loop(), (long) needed.size() - missing.size(), needed.size());
    try {
      int maxTokens = loop.spec().evaluation().maxTokens();
      new BoundedParallel(loop.spec().evaluation().concurrency(), config.retryPause())
          .run(
              missing.stream()
                  .<Runnable>map(
                      request ->
                          () ->
                              blamingCandidate(
                                  request.model().equals(compared.candidate()),
                                  () -> ask(evaluation, server, request, maxTokens)))
                  .toList());
    } finally {
      progress.end(evaluation.loop());
    }
    return notes;
  }

  /** Items that the champion is asked twice: chosen by digest, the same ones each time. */
  public static List<EvaluationItem> repeated(List<EvaluationItem> items, int count) {
    Map<String, EvaluationItem> byQuestion = new LinkedHashMap<>();
    items.stream()
        .filter(item -> !item.shadow())
        .forEach(item -> byQuestion.putIfAbsent(item.questionSha256(), item));
    return byQuestion.values().stream()
        .sorted(Comparator.comparing(EvaluationItem::questionSha256))
        .limit(count)
        .toList();
  }

  private static void load(ServingPort server, FrozenInputs frozen) {
    if (!frozen.champion().isBase()) {
      loadChampion(server, frozen);
    }
    blamingCandidate(true, () -> server.load(frozen.candidateName(), frozen.candidateAdapterUri()));
  }

  /** Turns a server error on a request about the candidate into a failure of its adapter. */
  private static void blamingCandidate(boolean concernsCandidate, Runnable request) {
    try {
      request.run();
    } catch (ServingException e) {
      if (concernsCandidate && e.isServerError()) {
        throw new ServingException(Kind.ADAPTER_FAILED, String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }

  /** A former champion that the server does not load is left out, with a note. */
  private static Set<Model> loadAnchors(
      ServingPort server, ComparedModels compared, List<String> notes) {
    Set<Model> unavailable = new HashSet<>();
    compared
        .anchors()
        .forEach(
            (former, model) -> {
              try {
                server.load(model.servedName(), String.valueOf(former.adapterUri()));
              } catch (ServingException e) {
                if (e.kind() == Kind.UNAVAILABLE) {
                  throw e;
                }
                unavailable.add(model);
                notes.add(
                    "not compared with generation %d, which the model server does not load: %s"
                        .formatted(former.generation(), e.getMessage()));
              }
            });
    return unavailable;
  }

  /** If the champion cannot be loaded, the server is at fault and not the candidate. */
  private static void loadChampion(ServingPort server, FrozenInputs frozen) {
    try {
      server.load(frozen.champion().servedName(), String.valueOf(frozen.champion().adapterUri()));
    } catch (ServingException e) {
      throw new ServingException(
          Kind.UNAVAILABLE, "the champion cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static List<Request> needed(
      Evaluation evaluation,
      LoopSpec loop,
      ComparedModels compared,
      List<EvaluationItem> items,
      Set<Model> unavailable) {
    Map<String, Request> unique = new LinkedHashMap<>();
    for (EvaluationItem item : items) {
      compared.asked(item).stream()
          .filter(model -> !unavailable.contains(model))
          .map(model -> new Request(model, item, AnswerRepository.FIRST_SAMPLE))
          .forEach(
              request ->
                  unique.putIfAbsent(request.model().key() + item.questionSha256(), request));
    }
    List<Request> requests = new ArrayList<>(unique.values());
    repeated(items, loop.spec().evaluation().reproducibilityItems()).stream()
        .map(item -> new Request(compared.champion(), item, evaluation.id()))
        .forEach(requests::add);
    return requests;
  }

  private List<Request> missing(LoopId loop, List<Request> needed) {
    Map<String, Set<String>> answered = new LinkedHashMap<>();
    return needed.stream()
        .filter(
            request ->
                !answered
                    .computeIfAbsent(
                        request.model().key() + " " + request.sample(),
                        key -> answers.of(loop, request.model().key(), request.sample()).keySet())
                    .contains(request.item().questionSha256()))
        .toList();
  }

  private void ask(Evaluation evaluation, ServingPort server, Request request, int maxTokens) {
    EvaluationItem item = request.item();
    Answer answer;
    String refusal = null;
    try {
      answer =
          server.ask(
              new Question(request.model().servedName(), item.messages(), item.tools(), maxTokens));
    } catch (ServingException e) {
      if (e.kind() != Kind.REFUSED) {
        throw e;
      }
      // A question that the server refuses, for example for its length, counts as a wrong answer.
      answer = new Answer(null, RefusalRate.FINISH, 0, 0);
      refusal = e.getMessage();
    }
    answers.record(
        evaluation,
        request.model().key(),
        item.questionSha256(),
        request.sample(),
        answer,
        refusal);
    progress.step(evaluation.loop());
    metrics.answered();
  }
}
