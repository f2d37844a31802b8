package dev.whetstone.curation.advice.rule;

import org.jspecify.annotations.Nullable;

/**
 * An answer with negative feedback.
 *
 * @param prompt the prompt as text
 * @param corrected the corrected answer, if one was given
 * @param remark comments and rationales of the feedback
 */
public record AnswerFailure(
    String prompt, String served, @Nullable String corrected, @Nullable String remark) {}
