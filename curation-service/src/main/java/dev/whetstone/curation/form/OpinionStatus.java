package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;

/** Whether feedback counts, given the other feedback on the same answer. */
public sealed interface OpinionStatus {
  /**
   * It counts.
   *
   * @param agreement share (0 to 1) of the end users with an opinion who agree
   */
  record Stands(double agreement) implements OpinionStatus {}

  /**
   * The same end user gave different feedback later.
   *
   * @param sameTime whether both have the same time, so that only their ids order them
   */
  record Superseded(EventKey by, boolean sameTime) implements OpinionStatus {
    public Superseded(EventKey by) {
      this(by, false);
    }
  }

  /** A publishable key named this end user; a secret key sent the end user's other feedback. */
  record Outranked(EventKey by) implements OpinionStatus {}

  /** The same end user gave the same feedback before, and nothing different in between. */
  record Repeated(EventKey of) implements OpinionStatus {}

  /** Other end users contradict it, and there is no clear majority for it. */
  record Contested(double agreement, String detail) implements OpinionStatus {}
}
