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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Held-out loss and token accuracy of FRESH references. They are shown and decide nothing, so a
 * server that gives no prompt log-probabilities only leaves them out.
 */
@ApplicationScoped
public class Foresight {
  private static final Logger LOG = Logger.getLogger(Foresight.class);
  private final ModelServers servers;
  private final KeptAnswers kept;
  private final EvalConfig config;

  public Foresight(ModelServers servers, KeptAnswers kept, EvalConfig config) {
    this.servers = servers;
    this.kept = kept;
    this.config = config;
  }

  private record Reference(List<Integer> tokens, int from) {}

  /** Measures what is missing; says whether every figure is there. */
  boolean measure(Evaluation evaluation, LoopSpec loop, Frozen frozen, List<JudgedItem> items) {
    ServingPort server = servers.forEvaluation(loop);
    List<JudgedItem> measured = measured(items);
    Map<String, Reference> references = new ConcurrentHashMap<>();
    List<Runnable> requests = new ArrayList<>();
    for (Model model : Contestants.of(loop, frozen, evaluation.checkpointId()).distinct()) {
      Map<String, HeldOut> known = kept.likelihoods(evaluation.loop(), model.key());
      measured.stream()
          .filter(item -> !known.containsKey(item.questionSha256()))
          .forEach(
              item ->
                  requests.add(() -> foresee(evaluation.loop(), server, model, item, references)));
    }
    try {
      new Parallel(loop.spec().evaluation().concurrency(), config.retryPause()).run(requests);
      return true;
    } catch (ServingException e) {
      if (e.kind() != Kind.REFUSED) {
        throw e;
      }
      LOG.infof("held-out-loss-left-out loop=%s reason=%s", loop.id(), e.getMessage());
      return false;
    }
  }

  /** Over the references that were measured, by model key. */
  Map<String, HeldOut> totals(LoopId loop, List<Model> models, List<JudgedItem> items) {
    Map<String, HeldOut> totals = new HashMap<>();
    for (Model model : models) {
      Map<String, HeldOut> known = kept.likelihoods(loop, model.key());
      HeldOut total =
          HeldOut.sum(
              measured(items).stream()
                  .map(item -> known.get(item.questionSha256()))
                  .filter(heldOut -> heldOut != null)
                  .toList());
      if (total.tokens() > 0) {
        totals.put(model.key(), total);
      }
    }
    return totals;
  }

  private List<JudgedItem> measured(List<JudgedItem> items) {
    return items.stream()
        .filter(item -> item.role() == GateRole.FRESH && item.reference() != null)
        .limit(config.likelihoodItems())
        .toList();
  }

  private void foresee(
      LoopId loop,
      ServingPort server,
      Model model,
      JudgedItem item,
      Map<String, Reference> references) {
    Reference reference =
        references.computeIfAbsent(item.questionSha256(), key -> reference(server, item));
    kept.keep(
        loop,
        model.key(),
        item.questionSha256(),
        server.foresee(model.servedName(), reference.tokens(), reference.from()));
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
