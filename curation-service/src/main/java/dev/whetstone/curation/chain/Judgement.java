package dev.whetstone.curation.chain;

/** What a stage says of an example. Reasons are those of {@link Reasons}. */
public sealed interface Judgement {
  /** It goes on as it is. */
  record Keep() implements Judgement {}

  /** It goes on in this new shape. */
  record Changed(Example example, String note) implements Judgement {}

  /** It is set apart; a person may release it before the loop's quarantine deadline. */
  record Quarantine(String reason, String detail) implements Judgement {}

  /** It is not used. */
  record Reject(String reason, String detail) implements Judgement {}

  Judgement KEEP = new Keep();

  static Judgement keep() {
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
