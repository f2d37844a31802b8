package dev.whetstone.eval.quality;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A suite's regular expression, which a whole answer must match. An answer may make a backtracking
 * matcher run for hours, so matching stops after a bounded number of characters read; the answer
 * then does not match.
 */
public final class FormatPattern {
  private static final long MOST_STEPS = 2_000_000;
  private final Pattern pattern;

  /**
   * @throws java.util.regex.PatternSyntaxException if it is not a regular expression
   */
  public FormatPattern(String expression) {
    this.pattern = Pattern.compile(expression, Pattern.DOTALL);
  }

  /** 1 if the whole answer matches, without white space at its ends; else 0. */
  public double score(@Nullable String answer) {
    if (answer == null) {
      return 0;
    }
    try {
      return pattern.matcher(new Metered(answer.strip(), new long[] {MOST_STEPS})).matches()
          ? 1
          : 0;
    } catch (TooManySteps | StackOverflowError e) {
      return 0;
    }
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManySteps() {
      super("the pattern backtracks too much on this answer", null, false, false);
    }
  }

  private record Metered(CharSequence text, long[] left) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (--left[0] < 0) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Metered(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
