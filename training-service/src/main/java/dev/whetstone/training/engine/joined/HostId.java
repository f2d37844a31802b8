package dev.whetstone.training.engine.joined;

/** A host, which works for the tenant of its key. */
record HostId(String tenant, String name) {}
