package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import java.time.Instant;

/**
 * One piece of feedback on an answer.
 *
 * @param speaker {@code Provenance.speaker()} of the feedback
 * @param contributor {@code Provenance.contributor()} of the feedback
 * @param claimed whether a publishable key named the end user
 * @param at as {@link OpinionTimeRule} gives it
 */
public record Opinion(
    EventKey key,
    String speaker,
    String contributor,
    boolean claimed,
    Instant at,
    FeedbackContent content) {
  /** An opinion of an end user for whom a secret key vouches. */
  public Opinion(EventKey key, String contributor, Instant at, FeedbackContent content) {
    this(key, contributor, contributor, false, at, content);
  }
}
