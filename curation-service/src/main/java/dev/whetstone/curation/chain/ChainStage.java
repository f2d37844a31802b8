package dev.whetstone.curation.chain;

/** A step of a chain. */
public interface ChainStage {
  /** Stable name, unique within its chain; used in funnels, fates and metrics. */
  String name();
}
