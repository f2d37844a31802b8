package dev.whetstone.eval.metric;

import java.util.Collection;

/**
 * How well a model foresaw reference answers, token by token.
 *
 * @param tokens of the references
 * @param negativeLogLikelihood summed over them, natural logarithm
 * @param correct tokens that were the model's first choice
 */
public record HeldOut(long tokens, double negativeLogLikelihood, long correct) {
  public static final HeldOut NONE = new HeldOut(0, 0, 0);

  /** Over all tokens of all references. */
  public static HeldOut sum(Collection<HeldOut> parts) {
    return parts.stream().reduce(NONE, HeldOut::plus);
  }

  public HeldOut plus(HeldOut other) {
    return new HeldOut(
        tokens + other.tokens,
        negativeLogLikelihood + other.negativeLogLikelihood,
        correct + other.correct);
  }

  /** Mean negative log-likelihood per token; NaN without tokens. */
  public double loss() {
    return negativeLogLikelihood / tokens;
  }

  /** Share of tokens that were the first choice; NaN without tokens. */
  public double tokenAccuracy() {
    return (double) correct / tokens;
  }
}
