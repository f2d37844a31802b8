package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.scoring.ScoringItem;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectConflictException;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Requests the scoring job of an evaluation: writes its items, then row and event together. */
@ApplicationScoped
public class ScoringRequester {
  private static final Logger LOG = Logger.getLogger(ScoringRequester.class);
  private static final String SOURCE = "eval";
  private final ScoringRepository scorings;
  private final ObjectStore store;
  private final ArtifactResolver artifacts;
  private final EventFactory events;
  private final Outbox outbox;
  private final EvalConfig config;
  private final Clock clock;

  public ScoringRequester(
      ScoringRepository scorings,
      ObjectStore store,
      ArtifactResolver artifacts,
      EventFactory events,
      Outbox outbox,
      EvalConfig config,
      Clock clock) {
    this.scorings = scorings;
    this.store = store;
    this.artifacts = artifacts;
    this.events = events;
    this.outbox = outbox;
    this.config = config;
    this.clock = clock;
  }

  /** Where the items of a job are, which contain text. */
  static String itemsKey(String scoringId) {
    return folder(scoringId) + "items.jsonl";
  }

  /** Where all objects of a job are. */
  static String folder(String scoringId) {
    return "scoring/" + scoringId + "/";
  }

  /** Call it outside a transaction. If no request is possible, the reason is recorded instead. */
  void request(
      Evaluation evaluation, LoopSpec loop, FrozenInputs frozen, List<EvaluationItem> items) {
    Instant now = clock.instant();
    if (config.likelihoodWait().isZero()) {
      decline(evaluation, "whetstone.eval.likelihood-wait is 0", now);
      return;
    }
    ScoringEvent.Requested request;
    try {
      StoredObject stored = putItems(evaluation.id(), items);
      request =
          new ScoringEvent.Requested(
              evaluation.id(),
              evaluation.id(),
              frozen.policySha256(),
              loop.spec().baseModel(),
              new ScoringEvent.Items(stored.uri().toString(), stored.sha256(), items.size()),
              adapters(evaluation, frozen),
              now.plus(config.likelihoodWait()));
    } catch (RuntimeException e) {
      // The likelihoods are informational: what keeps them from being measured must not keep the
      // evaluation from its answers.
      decline(evaluation, String.valueOf(e.getMessage()), now);
      return;
    }
    QuarkusTransaction.requiringNew().run(() -> record(evaluation, request, now));
  }

  private void record(Evaluation evaluation, ScoringEvent.Requested request, Instant now) {
    if (scorings.add(
        evaluation.loop(),
        request.scoringId(),
        RequestedScoring.State.REQUESTED,
        "",
        request.deadline(),
        now)) {
      outbox.add(
          events.create(
              "scoring-requested-" + request.scoringId(),
              evaluation.loop(),
              SOURCE,
              request.scoringId(),
              evaluation.loop().key(),
              request));
    }
  }

  private void decline(Evaluation evaluation, String reason, Instant now) {
    LOG.infof("scoring-not-requested evaluation=%s reason=%s", evaluation.id(), reason);
    boolean added =
        QuarkusTransaction.requiringNew()
            .call(
                () ->
                    scorings.add(
                        evaluation.loop(),
                        evaluation.id(),
                        RequestedScoring.State.FAILED,
                        reason,
                        now,
                        now));
    LOG.debugf("scoring-declined evaluation=%s added=%s", evaluation.id(), added);
  }

  /** Items of a request that was not recorded are written anew: others may be missing by now. */
  private StoredObject putItems(String scoringId, List<EvaluationItem> items) {
    ObjectContent content =
        ObjectContent.jsonLines(items.stream().map(ScoringRequester::item).toList());
    String key = itemsKey(scoringId);
    try {
      return store.put(key, content);
    } catch (ObjectConflictException e) {
      store.delete(key);
      return store.put(key, content);
    }
  }

  private static ScoringItem item(EvaluationItem item) {
    return new ScoringItem(
        item.key(),
        item.messages(),
        item.tools(),
        ChatMessage.assistant(String.valueOf(item.reference())));
  }

  private List<ScoringEvent.Adapter> adapters(Evaluation evaluation, FrozenInputs frozen) {
    List<ScoringEvent.Adapter> adapters = new ArrayList<>();
    adapters.add(adapter(evaluation.checkpointId(), frozen.candidateAdapterUri()));
    String champion = frozen.champion().checkpointId();
    if (champion != null && !champion.equals(evaluation.checkpointId())) {
      adapters.add(adapter(champion, String.valueOf(frozen.champion().adapterUri())));
    }
    return adapters;
  }

  private ScoringEvent.Adapter adapter(String checkpointId, String uri) {
    return new ScoringEvent.Adapter(
        checkpointId, uri, artifacts.resolve(URI.create(uri)).directorySha256());
  }
}
