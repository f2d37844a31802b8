package dev.whetstone.kit.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What may be told of a database's failure. PostgreSQL's details quote rows ("Failing row contains
 * …"), a failed batch quotes its statement with its values, and messages about bad values quote the
 * value: all of that can be text of end users and must not reach logs, headers or responses.
 */
public final class SqlFaultText {
  /** Bad values; the messages of this class quote them. */
  private static final String DATA_EXCEPTION = "22";

  private static final int MOST_CHARACTERS = 300;

  private SqlFaultText() {}

  /** The failure without anything that quotes values, with the same SQLSTATE and place. */
  public static SQLException withoutValues(SQLException fault) {
    SQLException cause = fault.getNextException() == null ? fault : fault.getNextException();
    var safe = new SQLException(describe(cause), cause.getSQLState(), cause.getErrorCode());
    safe.setStackTrace(fault.getStackTrace());
    return safe;
  }

  /** The first line of the message, or the SQLSTATE where the message quotes values. */
  static String describe(SQLException fault) {
    @Nullable String state = fault.getSQLState();
    if (fault.getMessage() == null || (state != null && state.startsWith(DATA_EXCEPTION))) {
      return "SQLSTATE " + state;
    }
    String first = fault.getMessage().lines().findFirst().orElse("");
    return first.length() <= MOST_CHARACTERS ? first : first.substring(0, MOST_CHARACTERS) + "…";
  }
}
