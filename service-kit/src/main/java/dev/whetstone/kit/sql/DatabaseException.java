package dev.whetstone.kit.sql;

/**
 * A statement failed in the database. Whether the same work may succeed later is decided by {@link
 * DatabaseFaults#mayPass}.
 */
public class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
