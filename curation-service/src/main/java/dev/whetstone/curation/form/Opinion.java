package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import java.time.Instant;

/**
 * One piece of feedback on an answer.
 *
 * @param contributor {@code Provenance.contributor()} of the feedback
 * @param at its {@code occurredAt}, or else the time of receipt
 */
public record Opinion(EventKey key, String contributor, Instant at, FeedbackContent content) {}
