package dev.whetstone.curation.advice.rule;

import org.jspecify.annotations.Nullable;

/**
 * An answer that somebody was not content with.
 *
 * @param prompt what was asked, as text
 * @param corrected what it should have been, if anybody said
 * @param remark what people said of it: comments and rationales
 */
public record AnswerFailure(
    String prompt, String served, @Nullable String corrected, @Nullable String remark) {}
