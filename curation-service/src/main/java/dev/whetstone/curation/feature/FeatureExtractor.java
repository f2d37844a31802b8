package dev.whetstone.curation.feature;

import dev.whetstone.curation.example.Example;

/**
 * Derives a value from an example's content (its form, messages and label, nothing else) that costs
 * more to compute than to read back. Such values are recorded per example and given to every later
 * cut.
 *
 * @param <T> the value
 */
public interface FeatureExtractor<T> {
  FeatureKind kind();

  T extract(Example example);

  byte[] encode(T value);

  /** The inverse of {@link #encode}. */
  T decode(byte[] recorded);
}
