package dev.whetstone.ingest.body;

/** The layout of items in a body. */
public enum BodyShape {
  /** One object, or one array of objects. */
  JSON,
  /** One object and nothing else. */
  OBJECT,
  /** One array of objects and nothing else. */
  ARRAY,
  /** One object per line (NDJSON). */
  LINES
}
