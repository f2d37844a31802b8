package dev.whetstone.embedded;

import org.jspecify.annotations.Nullable;

/** Kafka or PostgreSQL did not start or does not respond. The message names the remedy. */
public final class InfrastructureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InfrastructureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
