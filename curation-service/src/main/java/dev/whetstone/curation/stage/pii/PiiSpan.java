package dev.whetstone.curation.stage.pii;

/** A found value: {@code text.substring(start, end)}. */
public record PiiSpan(PiiType type, int start, int end) {
  boolean overlaps(PiiSpan other) {
    return start < other.end && other.start < end;
  }
}
