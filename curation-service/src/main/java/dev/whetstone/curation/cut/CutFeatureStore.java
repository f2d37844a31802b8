package dev.whetstone.curation.cut;

import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.example.CutExampleRepository.SealedExample;
import dev.whetstone.curation.example.ExampleFeatureRepository;
import dev.whetstone.curation.example.ExampleFeatureRepository.Feature;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.feature.FeatureKey;
import dev.whetstone.curation.feature.FeatureKind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads the recorded features of a cut's examples before the chain runs, and records those that the
 * chain had to compute, in transactions of their own.
 */
@ApplicationScoped
public class CutFeatureStore {
  /** Rows per transaction: each is locked against erasure until the transaction ends. */
  private static final int AT_ONCE = 500;

  private final CutChain chain;
  private final ExampleFeatureRepository features;

  public CutFeatureStore(CutChain chain, ExampleFeatureRepository features) {
    this.chain = chain;
    this.features = features;
  }

  ExampleFeatures read(CutSnapshot snapshot) {
    Map<String, String> contents = contentsByRow(snapshot);
    Map<FeatureKey, byte[]> recorded = new HashMap<>();
    for (FeatureKind kind : chain.featureKinds()) {
      QuarkusTransaction.requiringNew()
          .call(() -> features.find(contents.keySet(), kind.name(), kind.version()))
          .forEach(
              one -> recorded.put(new FeatureKey(contents.get(one.rowId()), kind), one.value()));
    }
    return new ExampleFeatures(recorded);
  }

  /** Records what the chain computed. Rows that were erased or retracted meanwhile get nothing. */
  void record(CutSnapshot snapshot, ExampleFeatures used) {
    Map<String, List<Feature>> computed = new HashMap<>();
    used.computed()
        .forEach(
            (key, value) ->
                computed
                    .computeIfAbsent(key.contentId(), _ -> new ArrayList<>())
                    .add(new Feature("", key.kind().name(), key.kind().version(), value)));
    List<Feature> rows = new ArrayList<>();
    contentsByRow(snapshot)
        .forEach(
            (row, content) ->
                computed
                    .getOrDefault(content, List.of())
                    .forEach(
                        one -> rows.add(new Feature(row, one.kind(), one.version(), one.value()))));
    for (int from = 0; from < rows.size(); from += AT_ONCE) {
      List<Feature> some = rows.subList(from, Math.min(rows.size(), from + AT_ONCE));
      QuarkusTransaction.requiringNew().run(() -> features.record(some));
    }
  }

  private static Map<String, String> contentsByRow(CutSnapshot snapshot) {
    Map<String, String> contents = new HashMap<>();
    for (StoredExample row : snapshot.ready()) {
      contents.put(row.rowId(), Objects.requireNonNull(row.example()).contentId());
    }
    for (List<SealedExample> sealed : List.of(snapshot.accepted(), snapshot.pending())) {
      sealed.forEach(one -> contents.put(one.rowId(), one.example().contentId()));
    }
    return contents;
  }
}
