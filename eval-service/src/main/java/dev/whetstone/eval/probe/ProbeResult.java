package dev.whetstone.eval.probe;

/**
 * How a replica answered a probe's prompts.
 *
 * @param asked number of prompts
 * @param asCandidate answers that equal the candidate's
 * @param asBase answers that equal the base's
 */
public record ProbeResult(Outcome outcome, int asked, int asCandidate, int asBase) {
  /** Which model the answers show. */
  public enum Outcome {
    /** The replica applies the adapter that was evaluated. */
    CANDIDATE,
    /** The replica ignores the adapter. */
    BASE,
    /** The replica serves other weights, or does not repeat its answers. */
    OTHER
  }

  /** The result in words, to follow the replica's name. */
  public String description() {
    return switch (outcome) {
      case CANDIDATE ->
          "answers as evaluated on %d of %d probe prompts".formatted(asCandidate, asked);
      case BASE ->
          ("answers as the base does on %d of %d probe prompts: it does not apply the adapter;"
                  + " restart it with LoRA enabled for the adapter's modules and see its log")
              .formatted(asBase, asked);
      case OTHER ->
          ("answers as evaluated on only %d of %d probe prompts, and as the base on %d: compare its"
                  + " model, data type and chat template with those of the evaluation's server")
              .formatted(asCandidate, asked, asBase);
    };
  }
}
