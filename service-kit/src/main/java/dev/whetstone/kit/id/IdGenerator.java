package dev.whetstone.kit.id;

/** Generates identifiers. */
@FunctionalInterface
public interface IdGenerator {
  /** {@code prefix} and 32 hex digits that sort by time, for example {@code run-0198…}. */
  String next(String prefix);
}
