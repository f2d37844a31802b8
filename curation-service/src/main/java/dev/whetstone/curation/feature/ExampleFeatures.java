package dev.whetstone.curation.feature;

import dev.whetstone.curation.example.Example;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * The features of a cut's examples: those recorded by earlier cuts, and those computed by this one
 * because they were absent. A feature follows from the content alone, so a cut gives the same
 * result whichever of them were recorded. For one cut and one thread.
 */
public final class ExampleFeatures {
  private final Map<FeatureKey, byte[]> recorded;
  private final Map<FeatureKey, byte[]> computed = new HashMap<>();
  private final Map<FeatureKey, Object> values = new HashMap<>();

  public ExampleFeatures(Map<FeatureKey, byte[]> recorded) {
    this.recorded = Map.copyOf(recorded);
  }

  /** No recorded features: each is computed when a stage first asks for it. */
  public static ExampleFeatures none() {
    return new ExampleFeatures(Map.of());
  }

  /** The recorded value, or else the computed one; each is decoded or computed once. */
  @SuppressWarnings("unchecked") // A key's value always comes from an extractor of the same kind.
  public <T> T of(FeatureExtractor<T> extractor, Example example) {
    var key = new FeatureKey(example.contentId(), extractor.kind());
    Object known = values.get(key);
    if (known != null) {
      return (T) known;
    }
    byte[] bytes = recorded.get(key);
    T value;
    if (bytes == null) {
      value = extractor.extract(example);
      computed.put(key, extractor.encode(value));
    } else {
      value = extractor.decode(bytes);
    }
    values.put(key, value);
    return value;
  }

  /** Encoded features that were absent and had to be computed. */
  public Map<FeatureKey, byte[]> computed() {
    return Collections.unmodifiableMap(computed);
  }
}
