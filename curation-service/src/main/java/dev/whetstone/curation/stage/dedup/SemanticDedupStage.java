package dev.whetstone.curation.stage.dedup;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Rejects examples that mean the same as another one although their words differ. Random
 * hyperplanes propose neighbours and the cosine decides. Does nothing unless the loop switches it
 * on and there is an embedder.
 */
public final class SemanticDedupStage implements CutStage {
  private static final int TABLES = 12;
  private static final int BITS = 12;

  private final Optional<EmbeddingFeature> embedding;

  /**
   * @param embedder empty where the installation has none; the stage then keeps every example
   */
  public SemanticDedupStage(Optional<TextEmbedder> embedder) {
    this.embedding = embedder.map(EmbeddingFeature::new);
  }

  @Override
  public String name() {
    return "semantic-dedup";
  }

  @Override
  public List<FeatureExtractor<?>> features() {
    return embedding.stream().<FeatureExtractor<?>>map(feature -> feature).toList();
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    LoopSpec.Dedup rule = context.curation().dedup();
    if (!rule.enabled() || !rule.semantic() || embedding.isEmpty()) {
      return List.of();
    }
    EmbeddingFeature feature = embedding.get();
    var dropped = new ArrayList<CutJudgement>();
    Map<String, Planes> groups = new HashMap<>();
    for (Example sealed : context.sealedBefore()) {
      planes(groups, sealed, context.seed())
          .add(sealed.id(), context.features().of(feature, sealed));
    }
    List<Example> bestFirst =
        examples.stream()
            .sorted(
                Comparator.comparing(
                        (Example example) -> example.scores().getOrDefault("quality", 0.0))
                    .reversed()
                    .thenComparing(Example::id))
            .toList();
    for (Example example : bestFirst) {
      Planes planes = planes(groups, example, context.seed());
      float[] vector = context.features().of(feature, example);
      Optional<String> near = planes.near(vector, rule.cosine());
      if (near.isPresent()) {
        String detail =
            String.format(Locale.ROOT, "means the same (cosine ≥ %.2f) as ", rule.cosine());
        dropped.add(
            new CutJudgement(
                example.id(),
                new StageJudgement.Reject(ReasonCodes.NEAR_DUPLICATE, detail + near.get())));
      } else {
        planes.add(example.id(), vector);
      }
    }
    return dropped;
  }

  private static Planes planes(Map<String, Planes> groups, Example example, long seed) {
    String group = example.form().wireName() + example.label();
    return groups.computeIfAbsent(group, _ -> new Planes(seed));
  }

  private static double dot(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }

  /** Vectors hashed by which side of each random hyperplane they are on. */
  private static final class Planes {
    private record Entry(String id, float[] vector) {}

    private final SplittableRandom random;
    private final Map<Integer, List<Entry>> buckets = new HashMap<>();
    private final List<float[]> normals = new ArrayList<>();

    Planes(long seed) {
      this.random = new SplittableRandom(seed);
    }

    void add(String id, float[] vector) {
      var entry = new Entry(id, vector);
      for (int key : keys(vector)) {
        buckets.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(entry);
      }
    }

    Optional<String> near(float[] vector, double cosine) {
      for (int key : keys(vector)) {
        for (Entry entry : buckets.getOrDefault(key, List.of())) {
          if (dot(vector, entry.vector()) >= cosine) {
            return Optional.of(entry.id());
          }
        }
      }
      return Optional.empty();
    }

    private int[] keys(float[] vector) {
      while (normals.size() < TABLES * BITS) {
        float[] normal = new float[vector.length];
        for (int i = 0; i < normal.length; i++) {
          normal[i] = (float) random.nextDouble(-1, 1);
        }
        normals.add(normal);
      }
      int[] keys = new int[TABLES];
      for (int table = 0; table < TABLES; table++) {
        int key = table;
        for (int bit = 0; bit < BITS; bit++) {
          key = 2 * key + (dot(vector, normals.get(table * BITS + bit)) >= 0 ? 1 : 0);
        }
        keys[table] = key;
      }
      return keys;
    }
  }
}
