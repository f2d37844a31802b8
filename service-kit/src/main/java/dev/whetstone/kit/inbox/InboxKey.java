package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;

/** The identity of an event and the digest of its body. */
public record InboxKey(EventKey key, String bodySha256) {}
