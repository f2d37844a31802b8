package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;

/** Whether feedback holds beside the other feedback on the same answer. */
public sealed interface OpinionStatus {
  /**
   * It holds.
   *
   * @param agreement share (0 to 1) of those with an opinion who agree
   */
  record Stands(double agreement) implements OpinionStatus {}

  /** The same end user said otherwise later. */
  record Superseded(EventKey by) implements OpinionStatus {}

  /** The same end user said just this before, and nothing else in between. */
  record Repeated(EventKey of) implements OpinionStatus {}

  /** Others contradict it, and no clear majority is on its side. */
  record Contested(double agreement, String detail) implements OpinionStatus {}
}
