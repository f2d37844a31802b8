package dev.whetstone.curation.stage.dedup;

import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.feature.FeatureKind;
import dev.whetstone.curation.text.ChatTexts;
import java.nio.ByteBuffer;

/** The embedding of prompt and answer as a vector of length 1; recorded per example. */
final class EmbeddingFeature implements FeatureExtractor<float[]> {
  private static final double LEAST_NORM = 1e-12;

  private final TextEmbedder embedder;

  EmbeddingFeature(TextEmbedder embedder) {
    this.embedder = embedder;
  }

  @Override
  public FeatureKind kind() {
    return new FeatureKind("embedding", embedder.version());
  }

  @Override
  public float[] extract(Example example) {
    String text = ChatTexts.prompt(example.prompt()) + "\n" + ChatTexts.answer(example.taught());
    float[] raw = embedder.embed(text);
    double square = 0;
    for (float component : raw) {
      square += (double) component * component;
    }
    double norm = Math.max(Math.sqrt(square), LEAST_NORM);
    float[] unit = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      unit[i] = (float) (raw[i] / norm);
    }
    return unit;
  }

  @Override
  public byte[] encode(float[] value) {
    ByteBuffer out = ByteBuffer.allocate(Float.BYTES * value.length);
    out.asFloatBuffer().put(value);
    return out.array();
  }

  @Override
  public float[] decode(byte[] recorded) {
    float[] value = new float[recorded.length / Float.BYTES];
    ByteBuffer.wrap(recorded).asFloatBuffer().get(value);
    return value;
  }
}
