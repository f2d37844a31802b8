package dev.whetstone.curation.stage.dedup;

/**
 * Turns texts into vectors whose cosine measures similarity of meaning. Implementations are
 * thread-safe. They run outside any database transaction, so they may call a model.
 */
public interface TextEmbedder {
  /**
   * Name and version of the model. A recorded vector is used again only while this is unchanged.
   */
  String version();

  /** A vector of constant length, not all zero for a text with words. */
  float[] embed(String text);
}
