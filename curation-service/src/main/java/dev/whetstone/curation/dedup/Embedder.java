package dev.whetstone.curation.dedup;

/** Turns texts into vectors whose cosine tells how near their meanings are. Thread-safe. */
@FunctionalInterface
public interface Embedder {
  /** A vector of constant length, not all zero for a text with words. */
  float[] embed(String text);
}
