package dev.whetstone.ingest.body;

/** Whom the trees of items are charged to while they are read and judged. */
public interface MemoryBudget {
  /** Lends whatever is asked for. */
  MemoryBudget UNBOUNDED =
      new MemoryBudget() {
        @Override
        public void hold(long bytes) {
          // There is nobody to share with.
        }

        @Override
        public void release(long bytes) {
          // Nothing was counted.
        }
      };

  /** Counts so many bytes more; throws when they are not there, which ends the reading. */
  void hold(long bytes);

  /** Gives back what was counted. */
  void release(long bytes);
}
