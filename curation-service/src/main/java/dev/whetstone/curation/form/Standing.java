package dev.whetstone.curation.form;

import dev.whetstone.contracts.event.EventKey;

/** Whether feedback holds beside the other feedback on the same answer. */
public sealed interface Standing {
  /**
   * It holds.
   *
   * @param agreement share (0 to 1) of those with an opinion who agree
   */
  record Stands(double agreement) implements Standing {}

  /** The same end user said otherwise later. */
  record Superseded(EventKey by) implements Standing {}

  /** The same end user said just this before, and nothing else in between. */
  record Repeated(EventKey of) implements Standing {}

  /** Others contradict it, and no clear majority is on its side. */
  record Contested(double agreement, String detail) implements Standing {}
}
