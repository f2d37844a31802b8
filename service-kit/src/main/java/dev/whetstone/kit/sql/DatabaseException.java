package dev.whetstone.kit.sql;

import java.sql.SQLException;

/**
 * A statement failed in the database. Whether the same work may succeed later is decided by {@link
 * DatabaseFaults#mayPass}. Its cause does not quote values; see {@link SqlFaultText}.
 */
public class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, Throwable cause) {
    super(message, cause instanceof SQLException sql ? SqlFaultText.withoutValues(sql) : cause);
  }
}
