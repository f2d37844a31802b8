package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.scoring.ScoreRow;
import dev.whetstone.eval.answer.ComparedModels.Model;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the scores of a completed job and stores them as likelihoods. */
@ApplicationScoped
public class ScoreStorage {
  private final ScoringRepository scorings;
  private final LikelihoodRepository likelihoods;
  private final ObjectStore store;
  private final Clock clock;

  public ScoreStorage(
      ScoringRepository scorings,
      LikelihoodRepository likelihoods,
      ObjectStore store,
      Clock clock) {
    this.scorings = scorings;
    this.likelihoods = likelihoods;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Stores the scores of the given models and items. Call it outside a transaction.
   *
   * @return why they could not be stored
   * @throws ObjectStoreException if they cannot be read yet and the deadline has not passed
   */
  Optional<String> store(RequestedScoring scoring, List<Model> models, List<EvaluationItem> items) {
    Map<String, String> questions =
        items.stream()
            .collect(
                Collectors.toMap(
                    EvaluationItem::key, EvaluationItem::questionSha256, (one, other) -> one));
    Map<String, String> keys = keys(models);
    List<LikelihoodRepository.Row> rows = new ArrayList<>();
    try {
      store.forEachLine(
          store.key(URI.create(String.valueOf(scoring.scoresUri()))),
          String.valueOf(scoring.scoresSha256()),
          (_, line) -> add(rows, Json.read(line, ScoreRow.class), questions, keys));
    } catch (ObjectStoreException e) {
      if (!(e instanceof CorruptObjectException) && !scoring.isOverdue(clock.instant())) {
        throw e;
      }
      return failed(scoring, e);
    } catch (UncheckedIOException e) {
      return failed(scoring, e);
    }
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              likelihoods.add(scoring.loop(), rows);
              scorings.stored(scoring.id());
            });
    return Optional.empty();
  }

  private Optional<String> failed(RequestedScoring scoring, RuntimeException e) {
    String reason = "the scores cannot be read: " + e.getMessage();
    scorings.fail(scoring.id(), reason);
    return Optional.of(reason);
  }

  private static void add(
      List<LikelihoodRepository.Row> rows,
      ScoreRow row,
      Map<String, String> questions,
      Map<String, String> keys) {
    String question = questions.get(row.id());
    String key = keys.get(row.checkpointId() == null ? "" : row.checkpointId());
    if (question != null && key != null) {
      rows.add(
          new LikelihoodRepository.Row(
              key,
              question,
              new HeldOutLikelihood(row.tokens(), -row.logProbability(), row.correct())));
    }
  }

  /** Model keys by checkpoint id; that of the base by the empty text. */
  private static Map<String, String> keys(List<Model> models) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (Model model : models) {
      keys.put(model.checkpointId().orElse(""), model.key());
    }
    return keys;
  }
}
