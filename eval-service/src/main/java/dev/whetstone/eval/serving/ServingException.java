package dev.whetstone.eval.serving;

/** A model server did not do what it was asked. */
public class ServingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What to do about it. */
  public enum Kind {
    /** Not reachable, overloaded or broken: try again. */
    UNAVAILABLE,
    /** It does not know the model: load it again. */
    UNKNOWN_MODEL,
    /** Not set up as the declaration says: try again once a person has mended it. */
    MISCONFIGURED,
    /** It understood and refused: trying again changes nothing. */
    REFUSED
  }

  private final Kind kind;

  public ServingException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public ServingException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
