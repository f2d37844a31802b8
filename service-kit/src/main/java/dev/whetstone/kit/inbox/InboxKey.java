package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;

/**
 * The identity of an event on its topic and the digest of its body.
 *
 * @param topic on which it arrived: the services that publish there choose ids independently
 */
public record InboxKey(String topic, EventKey key, String bodySha256) {}
