package dev.whetstone.kit.store;

import java.net.URI;

/** An object in the store. {@code sha256} is of its bytes, hex. */
public record StoredObject(String key, URI uri, long bytes, String sha256) {}
