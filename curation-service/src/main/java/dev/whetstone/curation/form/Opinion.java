package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import java.time.Instant;

/**
 * One piece of feedback on an answer.
 *
 * @param contributor who gave it: {@code Provenance.contributor()}
 * @param at its {@code occurredAt}, else when it was received
 */
public record Opinion(EventKey key, String contributor, Instant at, FeedbackContent content) {}
