package dev.whetstone.curation.operations;

import dev.whetstone.kit.sql.DatabaseException;
import java.util.Arrays;

/**
 * What can be said of a fault where people without the right to read payload see it: a parser or a
 * database quotes what it stumbled over; our own exceptions do not, but for the one that hands on
 * what the database says.
 */
public final class SafeFaults {
  private static final String OURS = "dev.whetstone.";

  private SafeFaults() {}

  /** The message of our own exception, also of one that another wraps; else what broke where. */
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
    return fault.getClass().getSimpleName() + place + "; curation's log says more";
  }
}
