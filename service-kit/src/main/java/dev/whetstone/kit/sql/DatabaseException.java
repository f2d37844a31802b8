package dev.whetstone.kit.sql;

/** The database did not do its part; the same work may succeed later. */
public class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
