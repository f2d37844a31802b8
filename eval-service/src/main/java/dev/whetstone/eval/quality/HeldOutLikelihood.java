package dev.whetstone.eval.quality;

import java.util.Collection;

/**
 * How well a model predicts reference answers, token by token.
 *
 * @param tokens number of tokens of the references
 * @param negativeLogLikelihood summed over them, natural logarithm
 * @param correct number of tokens that were the model's first choice
 */
public record HeldOutLikelihood(long tokens, double negativeLogLikelihood, long correct) {
  public static final HeldOutLikelihood NONE = new HeldOutLikelihood(0, 0, 0);

  /** The sum over all tokens of all references. */
  public static HeldOutLikelihood sum(Collection<HeldOutLikelihood> parts) {
    return parts.stream().reduce(NONE, HeldOutLikelihood::plus);
  }

  public HeldOutLikelihood plus(HeldOutLikelihood other) {
    return new HeldOutLikelihood(
        tokens + other.tokens,
        negativeLogLikelihood + other.negativeLogLikelihood,
        correct + other.correct);
  }

  /** Mean negative log-likelihood per token; NaN without tokens. */
  public double loss() {
    return negativeLogLikelihood / tokens;
  }

  /** Share of tokens that were the model's first choice; NaN without tokens. */
  public double tokenAccuracy() {
    return (double) correct / tokens;
  }
}
