package dev.whetstone.eval.evaluation;

/** The state of an evaluation. Each state offers only its legal moves. */
public sealed interface EvaluationState {
  /** The state's name in the table and over REST. */
  default String wireName() {
    return switch (this) {
      case Waiting _ -> "waiting";
      case Asking _ -> "asking";
      case Decided _ -> "decided";
      case Superseded _ -> "superseded";
    };
  }

  /** The inputs are not frozen yet. */
  record Waiting(String reason) implements EvaluationState {
    public Asking frozen(FrozenInputs frozen) {
      return new Asking(frozen);
    }

    public Superseded superseded(String why) {
      return new Superseded(why);
    }
  }

  /** The inputs are frozen; the models are being asked. */
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

  /** Ended because another evaluation replaces it. */
  record Superseded(String reason) implements EvaluationState {}
}
