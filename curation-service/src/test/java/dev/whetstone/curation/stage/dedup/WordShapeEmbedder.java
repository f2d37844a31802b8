package dev.whetstone.curation.stage.dedup;

import dev.whetstone.curation.text.Tokenization;

/** Counts words by first letter and length, which is enough meaning for a test. */
public final class WordShapeEmbedder implements TextEmbedder {
  private static final int DIMENSIONS = 64;

  @Override
  public String version() {
    return "word-shape-1";
  }

  @Override
  public float[] embed(String text) {
    float[] vector = new float[DIMENSIONS];
    Tokenization.of(text)
        .forEach(word -> vector[(word.charAt(0) * 7 + word.length()) % DIMENSIONS]++);
    return vector;
  }
}
