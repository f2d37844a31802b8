package dev.whetstone.kit.store;

/** An object's bytes are not those that its digest names (invariant I6). */
public class CorruptObjectException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  private final String actual;

  public CorruptObjectException(String key, String expected, String actual) {
    super(
        "object "
            + key
            + " is corrupt: its SHA-256 should be "
            + expected
            + " and is "
            + actual
            + "; restore it from a replica or backup, or withdraw what refers to it");
    this.actual = actual;
  }

  /** The digest that the bytes have, hex. */
  public String actual() {
    return actual;
  }
}
