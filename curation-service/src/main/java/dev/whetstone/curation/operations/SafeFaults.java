package dev.whetstone.curation.operations;

import dev.whetstone.kit.sql.DatabaseException;
import java.util.Arrays;

/**
 * Describes faults for people who may not read payload. Messages of parsers and databases can quote
 * payload; those of our own exceptions do not, except {@link DatabaseException}, which contains the
 * database's message.
 */
public final class SafeFaults {
  private static final String OURS = "dev.whetstone.";

  private SafeFaults() {}

  /**
   * The message of our own exception, also where another one wraps it; otherwise the type and place
   * of the fault.
   */
  public static String describe(Throwable fault) {
    for (Throwable one = fault; one != null; one = one.getCause()) {
      boolean ours = one.getClass().getName().startsWith(OURS);
      if (ours && !(one instanceof DatabaseException) && one.getMessage() != null) {
        return one.getMessage();
      }
    }
    String place =
        Arrays.stream(fault.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith(OURS))
            .findFirst()
            .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("");
    return fault.getClass().getSimpleName() + place + "; see curation's log for details";
  }
}
