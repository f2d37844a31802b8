package dev.whetstone.curation.count;

import java.util.Locale;

/** What is counted. */
public enum CountKind {
  /** By fate and reason. */
  EVENT,
  /** By state, reason, form and split. */
  EXAMPLE,
  /** By state and trigger. */
  BATCH,
  /** Train examples that wait, by state and tag. */
  TAG;

  /** The name in the database. */
  String column() {
    return name().toLowerCase(Locale.ROOT);
  }
}
