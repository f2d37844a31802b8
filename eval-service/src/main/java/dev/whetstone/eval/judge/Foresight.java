package dev.whetstone.eval.judge;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.decision.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.judge.Contestants.Model;
import dev.whetstone.eval.metric.HeldOut;
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
 * Held-out loss and token accuracy of FRESH references. They are shown and decide nothing, so
 * whatever the server cannot do here only leaves them out.
 */
@ApplicationScoped
public class Foresight {
  private static final Logger LOG = Logger.getLogger(Foresight.class);

  /** A server that refuses so many items will refuse the others. */
  private static final int MOST_REFUSED = 20;

  private final ModelServers servers;
  private final KeptAnswers kept;
  private final EvalConfig config;

  public Foresight(ModelServers servers, KeptAnswers kept, EvalConfig config) {
    this.servers = servers;
    this.kept = kept;
    this.config = config;
  }

  private record Reference(List<Integer> tokens, int from) {}

  /** Measures what is missing; says in words what could not be had. */
  Optional<String> measure(
      Evaluation evaluation, LoopSpec loop, Frozen frozen, List<JudgedItem> items) {
    List<Model> models = Contestants.of(loop, frozen, evaluation.checkpointId()).distinct();
    AtomicInteger refused = new AtomicInteger();
    try {
      ServingPort server = servers.forEvaluation(loop);
      List<Runnable> requests = new ArrayList<>();
      missing(evaluation.loop(), models, measured(items))
          .forEach(
              (item, those) ->
                  requests.add(() -> foresee(evaluation.loop(), server, those, item, refused)));
      new Parallel(loop.spec().evaluation().concurrency(), config.retryPause()).run(requests);
      return refused.get() == 0
          ? Optional.empty()
          : Optional.of("held-out loss leaves out " + refused + " items that the server refused");
    } catch (ServingException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.infof("held-out-loss-left-out loop=%s reason=%s", loop.id(), e.getMessage());
      return Optional.of("held-out loss is left out: " + e.getMessage());
    }
  }

  /** Over the references that were measured for every model, by model key. */
  Map<String, HeldOut> totals(LoopId loop, List<Model> models, List<JudgedItem> items) {
    Map<String, Map<String, HeldOut>> known = known(loop, models);
    List<String> shared =
        measured(items).stream()
            .map(JudgedItem::questionSha256)
            .filter(
                question -> known.values().stream().allMatch(those -> those.containsKey(question)))
            .toList();
    Map<String, HeldOut> totals = new HashMap<>();
    for (Model model : models) {
      HeldOut total = HeldOut.sum(shared.stream().map(known.get(model.key())::get).toList());
      if (total.tokens() > 0) {
        totals.put(model.key(), total);
      }
    }
    return totals;
  }

  private Map<String, Map<String, HeldOut>> known(LoopId loop, List<Model> models) {
    Map<String, Map<String, HeldOut>> known = new HashMap<>();
    models.forEach(model -> known.put(model.key(), kept.likelihoods(loop, model.key())));
    return known;
  }

  private Map<JudgedItem, List<Model>> missing(
      LoopId loop, List<Model> models, List<JudgedItem> items) {
    Map<String, Map<String, HeldOut>> known = known(loop, models);
    Map<JudgedItem, List<Model>> missing = new LinkedHashMap<>();
    for (JudgedItem item : items) {
      List<Model> those =
          models.stream()
              .filter(model -> !known.get(model.key()).containsKey(item.questionSha256()))
              .toList();
      if (!those.isEmpty()) {
        missing.put(item, those);
      }
    }
    return missing;
  }

  private List<JudgedItem> measured(List<JudgedItem> items) {
    return items.stream()
        .filter(item -> item.role() == GateRole.FRESH && item.reference() != null)
        .limit(config.likelihoodItems())
        .toList();
  }

  /** One item by all models; when one is refused, the sums leave the item out for all. */
  private void foresee(
      LoopId loop, ServingPort server, List<Model> models, JudgedItem item, AtomicInteger refused) {
    try {
      Reference reference = reference(server, item);
      for (Model model : models) {
        kept.keep(
            loop,
            model.key(),
            item.questionSha256(),
            server.foresee(model.servedName(), reference.tokens(), reference.from()));
      }
    } catch (ServingException e) {
      if (e.kind() != Kind.REFUSED || refused.incrementAndGet() > MOST_REFUSED) {
        throw e;
      }
      LOG.debugf("held-out-item-left-out item=%s reason=%s", item.key(), e.getMessage());
    }
  }

  private static Reference reference(ServingPort server, JudgedItem item) {
    List<ChatMessage> whole = new ArrayList<>(item.messages());
    whole.add(ChatMessage.assistant(String.valueOf(item.reference())));
    List<Integer> prompt = server.tokenize(item.messages(), true);
    List<Integer> tokens = server.tokenize(whole, false);
    if (tokens.size() <= prompt.size() || !tokens.subList(0, prompt.size()).equals(prompt)) {
      throw new ServingException(
          Kind.REFUSED, "the chat template renders a question otherwise once it is answered");
    }
    return new Reference(tokens, prompt.size());
  }
}
