package dev.whetstone.eval.evaluation;

/** Where an evaluation stands. Each state offers only its legal moves. */
public sealed interface EvaluationState {
  /** Not frozen yet. */
  record Waiting(String reason) implements EvaluationState {
    public Asking frozen(FrozenInputs frozen) {
      return new Asking(frozen);
    }

    public Superseded superseded(String why) {
      return new Superseded(why);
    }
  }

  /** Frozen; models are being asked. */
  record Asking(FrozenInputs frozen) implements EvaluationState {
    public Decided decided() {
      return new Decided(frozen);
    }

    public Superseded superseded(String why) {
      return new Superseded(why);
    }
  }

  /** There is a decision. */
  record Decided(FrozenInputs frozen) implements EvaluationState {}

  /** Given up for another evaluation. */
  record Superseded(String reason) implements EvaluationState {}
}
