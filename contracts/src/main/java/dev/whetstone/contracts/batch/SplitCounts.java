package dev.whetstone.contracts.batch;

/** Rows per split. */
public record SplitCounts(int train, int validation, int test) {
  public static final SplitCounts NONE = new SplitCounts(0, 0, 0);

  public int of(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case VALIDATION -> validation;
      case TEST -> test;
    };
  }

  public int total() {
    return train + validation + test;
  }
}
