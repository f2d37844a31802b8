package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;

/** A stage's judgement of an example. Reasons are codes of {@link ReasonCodes}. */
public sealed interface StageJudgement {
  /** The example continues unchanged. */
  record Keep() implements StageJudgement {}

  /** The example continues in this changed form. */
  record Changed(Example example, String note) implements StageJudgement {}

  /** The example is held back; a person may release it until the loop's quarantine deadline. */
  record Quarantine(String reason, String detail) implements StageJudgement {}

  /** The example is not used. */
  record Reject(String reason, String detail) implements StageJudgement {}

  StageJudgement KEEP = new Keep();

  static StageJudgement keep() {
    return KEEP;
  }

  /** Whether the example continues to the next stage. */
  default boolean passes() {
    return switch (this) {
      case Keep() -> true;
      case Changed(_, _) -> true;
      case Quarantine(_, _) -> false;
      case Reject(_, _) -> false;
    };
  }
}
