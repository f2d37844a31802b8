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
    REFUSED,
    /** The server failed on a request about the candidate, for which others may not fail. */
    ADAPTER_FAILED
  }

  private static final int SERVER_ERROR = 500;
  private final Kind kind;
  private final int status;

  public ServingException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.status = 0;
  }

  public ServingException(Kind kind, String message, Throwable cause) {
    this(kind, message, cause, 0);
  }

  /**
   * @param status of the server's answer; 0 if it gave none
   */
  public ServingException(Kind kind, String message, Throwable cause, int status) {
    super(message, cause);
    this.kind = kind;
    this.status = status;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether the server answered with a status of its own failure, 500 or above. */
  public boolean isServerError() {
    return kind == Kind.UNAVAILABLE && status >= SERVER_ERROR;
  }
}
