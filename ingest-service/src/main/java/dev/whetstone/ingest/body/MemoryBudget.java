package dev.whetstone.ingest.body;

/** The memory budget to which trees of items are charged while they are read and validated. */
public interface MemoryBudget {
  /** Grants every amount. */
  MemoryBudget UNBOUNDED =
      new MemoryBudget() {
        @Override
        public void hold(long bytes) {
          // There is no limit.
        }

        @Override
        public void release(long bytes) {
          // Nothing was counted.
        }
      };

  /** Reserves more bytes; throws if they are not available, which ends the reading. */
  void hold(long bytes);

  /** Releases what was reserved. */
  void release(long bytes);
}
