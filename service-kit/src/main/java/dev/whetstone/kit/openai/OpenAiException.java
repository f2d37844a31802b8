package dev.whetstone.kit.openai;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call to a server failed. Names the address and the reason, never the key. */
public class OpenAiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How the call failed. */
  public enum Kind {
    /** No connection, or the connection broke. */
    UNREACHABLE,
    /** The read or total time limit passed. */
    TIMED_OUT,
    /** The server answered with a status other than 2xx. */
    STATUS,
    /** The operator's settings or the address of its host do not allow the endpoint. */
    NOT_ALLOWED,
    /** The response body is larger than the limit. */
    BODY_TOO_LARGE,
    /** The response is not JSON, or not of the expected shape. */
    INVALID_REPLY,
    /** The calling thread was interrupted. */
    INTERRUPTED
  }

  private final Kind kind;
  private final URI uri;
  private final int status;
  private final String detail;
  private final @Nullable Duration retryAfter;

  OpenAiException(Kind kind, URI uri, String detail, @Nullable Throwable cause) {
    this(kind, uri, 0, detail, null, "%s: %s".formatted(uri, detail), cause);
  }

  private OpenAiException(
      Kind kind,
      URI uri,
      int status,
      String detail,
      @Nullable Duration retryAfter,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.uri = uri;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  static OpenAiException status(URI uri, int status, String detail, @Nullable Duration retryAfter) {
    return new OpenAiException(
        Kind.STATUS,
        uri,
        status,
        detail,
        retryAfter,
        "%s answered %d: %s".formatted(uri, status, detail),
        null);
  }

  public Kind kind() {
    return kind;
  }

  /** The address that was called. */
  public URI uri() {
    return uri;
  }

  /** The HTTP status for {@link Kind#STATUS}, else 0. */
  public int status() {
    return status;
  }

  /** The server's error message, shortened, or what happened instead. */
  public String detail() {
    return detail;
  }

  /** The server's {@code Retry-After} in seconds, if it sent one. */
  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the same call may succeed soon: the server is unreachable, overloaded or broken. */
  public boolean isRetryable() {
    return switch (kind) {
      case UNREACHABLE -> true;
      case STATUS -> status == 408 || status == 429 || status >= 500;
      case TIMED_OUT, NOT_ALLOWED, BODY_TOO_LARGE, INVALID_REPLY, INTERRUPTED -> false;
    };
  }
}
