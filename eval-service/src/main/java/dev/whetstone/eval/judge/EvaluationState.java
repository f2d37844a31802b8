package dev.whetstone.eval.judge;

/** Where an evaluation stands. Each state offers only its legal moves. */
public sealed interface EvaluationState {
  /** Not frozen yet. */
  record Waiting(String reason) implements EvaluationState {
    Asking frozen(Frozen frozen) {
      return new Asking(frozen);
    }

    Superseded superseded(String why) {
      return new Superseded(why);
    }
  }

  /** Frozen; models are being asked. */
  record Asking(Frozen frozen) implements EvaluationState {
    Decided decided() {
      return new Decided(frozen);
    }

    Superseded superseded(String why) {
      return new Superseded(why);
    }
  }

  /** There is a decision. */
  record Decided(Frozen frozen) implements EvaluationState {}

  /** Given up for another evaluation. */
  record Superseded(String reason) implements EvaluationState {}
}
