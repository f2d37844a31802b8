package dev.whetstone.kit.work;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Logs the failure of recurring work once, with its stack, and again only when it changes; logs the
 * recovery. Repetitions go to the debug level. Thread-safe.
 */
public final class RepeatedFailureLog {
  /**
   * Far more items than a service works on; the oldest is forgotten, and logged again if needed.
   */
  private static final int MOST_ITEMS = 10_000;

  private final Logger log;
  private final String name;
  private final Function<Throwable, String> describe;
  private final Map<String, String> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_ITEMS;
        }
      };

  /**
   * @param name of the work, the first word of each log line
   * @param describe the reason to log and to compare; must not quote payload
   */
  public RepeatedFailureLog(Logger log, String name, Function<Throwable, String> describe) {
    this.log = log;
    this.name = name;
    this.describe = describe;
  }

  /** Describes a failure by its message, or by its class where it has none. */
  public static String message(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
  }

  /**
   * Records that an item's work failed.
   *
   * @return whether the failure is new and was logged as an error
   */
  public boolean failed(String item, Throwable failure) {
    String reason = describe.apply(failure);
    boolean isNew;
    synchronized (failures) {
      isNew = !reason.equals(failures.put(item, reason));
    }
    if (isNew) {
      log.errorf(failure, "%s-failed item=%s reason=%s", name, item, reason);
    } else {
      log.debugf("%s-failed-again item=%s reason=%s", name, item, reason);
    }
    return isNew;
  }

  /**
   * Records that an item's work succeeded.
   *
   * @return whether it had failed before, in which case the recovery was logged
   */
  public boolean succeeded(String item) {
    String before;
    synchronized (failures) {
      before = failures.remove(item);
    }
    if (before != null) {
      log.infof("%s-recovered item=%s", name, item);
    }
    return before != null;
  }
}
