package dev.whetstone.curation.advice.rule;

/** What was wrong with an answer. */
public enum FailureKind {
  /** Format, tone, style, length, instructions not followed: fine-tuning mends it. */
  MANNER,
  /** Facts wrong or out of date: retrieval mends it better. */
  FACT,
  /** Neither can be told. */
  OTHER
}
