package dev.whetstone.curation.example;

/**
 * One stage an example went through at admission.
 *
 * @param outcome {@code keep}, {@code changed}, {@code quarantine} or {@code reject}
 * @param reason a reason code, a note on what changed, or empty
 */
public record AdmissionStep(String stage, String outcome, String reason) {}
