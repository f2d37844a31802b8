package dev.whetstone.eval.serving;

/** A call to a model server failed. */
public class ServingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of failure, which decides how to continue. */
  public enum Kind {
    /** The server is unreachable, overloaded or broken: try again. */
    UNAVAILABLE,
    /** The server does not know the model: load it again. */
    UNKNOWN_MODEL,
    /** Server and declaration do not match: try again after a person has corrected one. */
    MISCONFIGURED,
    /** The server refused the request: trying again does not help. */
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
