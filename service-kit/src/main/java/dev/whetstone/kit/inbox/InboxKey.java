package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.EventKey;

/** An event's identity with the digest of its body. */
public record InboxKey(EventKey key, String bodySha256) {}
