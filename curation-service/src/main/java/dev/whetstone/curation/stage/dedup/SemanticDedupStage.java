package dev.whetstone.curation.stage.dedup;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.CutStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Near-copies by meaning among what plain comparison left. Random hyperplanes propose neighbours,
 * the cosine decides. Inert unless the loop asks for it and an embedder is given.
 */
public final class SemanticDedupStage implements CutStage {
  private static final int TABLES = 12;
  private static final int BITS = 12;

  private final Optional<TextEmbedder> embedder;

  public SemanticDedupStage(Optional<TextEmbedder> embedder) {
    this.embedder = embedder;
  }

  @Override
  public String name() {
    return "semantic-dedup";
  }

  @Override
  public List<CutJudgement> decide(List<Example> examples, CutContext context) {
    LoopSpec.Dedup rule = context.curation().dedup();
    if (!rule.enabled() || !rule.semantic() || embedder.isEmpty()) {
      return List.of();
    }
    var dropped = new ArrayList<CutJudgement>();
    Map<String, Planes> groups = new HashMap<>();
    for (Example sealed : context.sealedBefore()) {
      planes(groups, sealed, context.seed()).add(sealed.id(), vector(sealed));
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
      float[] vector = vector(example);
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

  private float[] vector(Example example) {
    String text = ChatTexts.prompt(example.prompt()) + "\n" + ChatTexts.answer(example.answer());
    float[] raw = embedder.orElseThrow().embed(text);
    double norm = Math.sqrt(dot(raw, raw));
    float[] unit = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      unit[i] = (float) (raw[i] / Math.max(norm, 1e-12));
    }
    return unit;
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

  /** Vectors hashed by the side of random hyperplanes on which they lie. */
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
