package dev.whetstone.kit.work;

import com.fasterxml.jackson.core.JacksonException;
import java.util.Arrays;

/**
 * Describes faults where payload must not appear: in logs and in headers of dead letters. The
 * messages of our own code do not quote payload; those of parsers and other libraries can.
 */
public final class FaultText {
  private static final String OURS = "dev.whetstone.";

  private FaultText() {}

  /** The message, if our code wrote it; otherwise the type and place of the fault. */
  public static String describe(Throwable fault) {
    for (Throwable one = fault; one != null; one = one.getCause()) {
      if (one instanceof JacksonException json) {
        return ofJson(json);
      }
    }
    StackTraceElement[] frames = fault.getStackTrace();
    if (fault.getMessage() != null && frames.length > 0 && isOurs(frames[0])) {
      return fault.getMessage();
    }
    String place =
        Arrays.stream(frames)
            .filter(FaultText::isOurs)
            .findFirst()
            .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("");
    return fault.getClass().getSimpleName() + place;
  }

  private static String ofJson(JacksonException fault) {
    String type = fault.getClass().getSimpleName();
    return fault.getLocation() == null
        ? type
        : "%s at line %d, column %d"
            .formatted(type, fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
  }

  private static boolean isOurs(StackTraceElement frame) {
    return frame.getClassName().startsWith(OURS);
  }
}
