package dev.whetstone.curation.feature;

/**
 * One feature of one content. Examples with the same content have the same features.
 *
 * @param contentId {@link dev.whetstone.curation.example.Example#contentId()}
 */
public record FeatureKey(String contentId, FeatureKind kind) {}
