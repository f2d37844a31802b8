package dev.whetstone.curation.example;

import dev.whetstone.curation.chain.ReasonCodes;

/**
 * One stage an example went through at admission.
 *
 * @param outcome {@code keep}, {@code changed}, {@code quarantine} or {@code reject}
 * @param reason a reason of {@link ReasonCodes}, a note on what changed, or empty
 */
public record AdmissionStep(String stage, String outcome, String reason) {}
