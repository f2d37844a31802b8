package dev.whetstone.ingest.event;

/**
 * Who says something, as ingest vouches for it.
 *
 * @param tenant whose loops it may speak to
 * @param source the events' {@code source}: the API key's application, or the attribute that a
 *     trusted producer set
 * @param publishable the key may stand in a browser
 */
public record Sender(String tenant, String source, boolean publishable) {}
