package dev.whetstone.curation.stage.dedup;

/** Turns texts into vectors whose cosine tells how near their meanings are. Thread-safe. */
@FunctionalInterface
public interface TextEmbedder {
  /** A vector of constant length, not all zero for a text with words. */
  float[] embed(String text);
}
