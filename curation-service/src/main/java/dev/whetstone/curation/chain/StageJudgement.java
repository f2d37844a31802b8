package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;

/** What a stage says of an example. Reasons are those of {@link ReasonCodes}. */
public sealed interface StageJudgement {
  /** It goes on as it is. */
  record Keep() implements StageJudgement {}

  /** It goes on in this new shape. */
  record Changed(Example example, String note) implements StageJudgement {}

  /** It is set apart; a person may release it before the loop's quarantine deadline. */
  record Quarantine(String reason, String detail) implements StageJudgement {}

  /** It is not used. */
  record Reject(String reason, String detail) implements StageJudgement {}

  StageJudgement KEEP = new Keep();

  static StageJudgement keep() {
    return KEEP;
  }

  /** Whether the example goes on. */
  default boolean passes() {
    return switch (this) {
      case Keep() -> true;
      case Changed(_, _) -> true;
      case Quarantine(_, _) -> false;
      case Reject(_, _) -> false;
    };
  }
}
