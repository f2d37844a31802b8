package dev.whetstone.curation.chain;

/**
 * One stage an example went through at admission.
 *
 * @param outcome {@code keep}, {@code changed}, {@code quarantine} or {@code reject}
 * @param reason a reason of {@link Reasons}, a note on what changed, or empty
 */
public record Step(String stage, String outcome, String reason) {}
