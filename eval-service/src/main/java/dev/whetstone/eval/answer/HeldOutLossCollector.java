package dev.whetstone.eval.answer;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.answer.ComparedModels.Model;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Collects held-out loss and token accuracy of FRESH references. They are informational, so a
 * failure of the server only omits them.
 */
@ApplicationScoped
public class HeldOutLossCollector {
  private static final Logger LOG = Logger.getLogger(HeldOutLossCollector.class);

  /** A server that refuses more items than this will refuse the others, too. */
  private static final int MOST_REFUSED = 20;

  private final ModelServers servers;
  private final AnswerRepository answers;
  private final EvalConfig config;

  public HeldOutLossCollector(ModelServers servers, AnswerRepository answers, EvalConfig config) {
    this.servers = servers;
    this.answers = answers;
    this.config = config;
  }

  private record Reference(List<Integer> tokens, int from) {}

  /** Measures what is missing. Returns a note on what could not be measured. */
  public Optional<String> measure(
      Evaluation evaluation, LoopSpec loop, FrozenInputs frozen, List<EvaluationItem> items) {
    List<Model> models = ComparedModels.of(loop, frozen, evaluation.checkpointId()).distinct();
    AtomicInteger refused = new AtomicInteger();
    try {
      ServingPort server = servers.forEvaluation(loop);
      List<Runnable> requests = new ArrayList<>();
      missing(evaluation.loop(), models, measured(items))
          .forEach(
              (item, unmeasured) ->
                  requests.add(
                      () -> measureItem(evaluation.loop(), server, unmeasured, item, refused)));
      new BoundedParallel(loop.spec().evaluation().concurrency(), config.retryPause())
          .run(requests);
      return refused.get() == 0
          ? Optional.empty()
          : Optional.of("held-out loss omits " + refused + " items that the server refused");
    } catch (ServingException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.infof("held-out-loss-omitted loop=%s reason=%s", loop.id(), e.getMessage());
      return Optional.of("held-out loss is omitted: " + e.getMessage());
    }
  }

  /** Totals over the references that were measured for every model, by model key. */
  public Map<String, HeldOutLikelihood> totals(
      LoopId loop, List<Model> models, List<EvaluationItem> items) {
    Map<String, Map<String, HeldOutLikelihood>> known = known(loop, models);
    List<String> shared =
        measured(items).stream()
            .map(EvaluationItem::questionSha256)
            .filter(
                question -> known.values().stream().allMatch(model -> model.containsKey(question)))
            .toList();
    Map<String, HeldOutLikelihood> totals = new HashMap<>();
    for (Model model : models) {
      HeldOutLikelihood total =
          HeldOutLikelihood.sum(shared.stream().map(known.get(model.key())::get).toList());
      if (total.tokens() > 0) {
        totals.put(model.key(), total);
      }
    }
    return totals;
  }

  private Map<String, Map<String, HeldOutLikelihood>> known(LoopId loop, List<Model> models) {
    Map<String, Map<String, HeldOutLikelihood>> known = new HashMap<>();
    models.forEach(model -> known.put(model.key(), answers.likelihoods(loop, model.key())));
    return known;
  }

  private Map<EvaluationItem, List<Model>> missing(
      LoopId loop, List<Model> models, List<EvaluationItem> items) {
    Map<String, Map<String, HeldOutLikelihood>> known = known(loop, models);
    Map<EvaluationItem, List<Model>> missing = new LinkedHashMap<>();
    for (EvaluationItem item : items) {
      List<Model> unmeasured =
          models.stream()
              .filter(model -> !known.get(model.key()).containsKey(item.questionSha256()))
              .toList();
      if (!unmeasured.isEmpty()) {
        missing.put(item, unmeasured);
      }
    }
    return missing;
  }

  private List<EvaluationItem> measured(List<EvaluationItem> items) {
    return items.stream()
        .filter(item -> item.role() == GateRole.FRESH && item.reference() != null)
        .limit(config.likelihoodItems())
        .toList();
  }

  /** Measures one item with all models. If one model fails, the totals omit the item for all. */
  private void measureItem(
      LoopId loop,
      ServingPort server,
      List<Model> models,
      EvaluationItem item,
      AtomicInteger refused) {
    try {
      Reference reference = reference(server, item);
      for (Model model : models) {
        answers.record(
            loop,
            model.key(),
            item.questionSha256(),
            server.likelihood(model.servedName(), reference.tokens(), reference.from()));
      }
    } catch (ServingException e) {
      if (e.kind() != Kind.REFUSED || refused.incrementAndGet() > MOST_REFUSED) {
        throw e;
      }
      LOG.debugf("held-out-item-omitted item=%s reason=%s", item.key(), e.getMessage());
    }
  }

  private static Reference reference(ServingPort server, EvaluationItem item) {
    List<ChatMessage> whole = new ArrayList<>(item.messages());
    whole.add(ChatMessage.assistant(String.valueOf(item.reference())));
    List<Integer> prompt = server.tokenize(item.messages(), true);
    List<Integer> tokens = server.tokenize(whole, false);
    if (tokens.size() <= prompt.size() || !tokens.subList(0, prompt.size()).equals(prompt)) {
      throw new ServingException(
          Kind.REFUSED, "the chat template renders a question differently with its answer");
    }
    return new Reference(tokens, prompt.size());
  }
}
