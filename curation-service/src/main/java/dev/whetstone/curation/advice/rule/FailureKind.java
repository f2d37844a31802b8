package dev.whetstone.curation.advice.rule;

/** What was wrong with an answer. */
public enum FailureKind {
  /** Format, tone, style, length, instructions not followed: fine-tuning helps. */
  MANNER,
  /** Facts wrong or out of date: retrieval helps more. */
  FACT,
  /** Unknown. */
  OTHER
}
