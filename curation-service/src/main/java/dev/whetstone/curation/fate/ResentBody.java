package dev.whetstone.curation.fate;

import java.time.Instant;

/**
 * One body that arrived under the key of a known event.
 *
 * @param bodySha256 {@code others} for bodies past a bound
 * @param conflict whether it differs from the body that took effect
 * @param times how often it arrived
 */
public record ResentBody(
    String bodySha256, boolean conflict, long times, Instant firstAt, Instant lastAt) {}
