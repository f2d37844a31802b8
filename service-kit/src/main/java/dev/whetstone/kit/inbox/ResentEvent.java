package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;
import java.time.Instant;

/**
 * A record with the key of an event that took effect before.
 *
 * @param bodySha256 digest of the body that came again, hex
 * @param conflict whether that body differs from the one that took effect
 * @param time the record's {@code time}; equal to that of the first record if the broker delivered
 *     it again
 * @param samePoll whether the first record is in the same poll, so that this is another record
 * @param offset grows with each record of the key
 */
public record ResentEvent(
    EventKey key,
    String bodySha256,
    boolean conflict,
    Instant time,
    boolean samePoll,
    long offset) {}
