package dev.whetstone.eval.cluster;

/** The API server cannot be used. The message names the cause and the remedy. */
final class ClusterUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClusterUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
