package dev.whetstone.curation.form;

import dev.whetstone.curation.example.Example;
import java.util.List;

/** What one piece of feedback is turned into. */
public sealed interface FormOutcome {
  /** Training examples; a correction gives two. */
  record Examples(List<Example> examples) implements FormOutcome {
    public Examples {
      examples = List.copyOf(examples);
    }
  }

  /** Kept with the interaction and shown to reviewers, but never trained on. */
  record Context(String note) implements FormOutcome {}

  /**
   * Evidence for or against the answer, which affects the score of its examples.
   *
   * @param value −1 (against) to 1 (for)
   */
  record Signal(String name, double value) implements FormOutcome {}

  /** Not usable; the reason is one of {@link dev.whetstone.curation.chain.ReasonCodes}. */
  record Rejected(String reason, String detail) implements FormOutcome {}
}
