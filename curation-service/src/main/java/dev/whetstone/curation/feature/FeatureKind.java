package dev.whetstone.curation.feature;

/**
 * What a recorded feature is and how it was computed.
 *
 * @param name stable name
 * @param version of the algorithm or model; a value of another version is not used
 */
public record FeatureKind(String name, String version) {}
