package dev.whetstone.curation.fate;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fate with its reason and deadline.
 *
 * @param reason from the bounded set of reason codes; always present for rejected events
 * @param detail a sentence for a person; never payload
 * @param deadline present exactly when the fate is live
 */
public record EventStanding(
    Fate fate, @Nullable String reason, @Nullable String detail, @Nullable Instant deadline) {

  public EventStanding {
    if (fate.live() != (deadline != null)) {
      throw new IllegalArgumentException(
          fate.wireName() + (deadline == null ? " needs a deadline" : " has no deadline"));
    }
    if (fate == Fate.REJECTED && reason == null) {
      throw new IllegalArgumentException("a rejected event needs a reason");
    }
  }

  public static EventStanding waiting(String reason, String detail, Instant deadline) {
    return new EventStanding(Fate.WAITING, reason, detail, deadline);
  }

  public static EventStanding context(String detail) {
    return new EventStanding(Fate.CONTEXT, null, detail, null);
  }

  public static EventStanding rejected(String reason, String detail) {
    return new EventStanding(Fate.REJECTED, reason, detail, null);
  }

  public static EventStanding withdrawn(String detail) {
    return new EventStanding(Fate.WITHDRAWN, "retracted", detail, null);
  }

  public static EventStanding erased() {
    return new EventStanding(Fate.ERASED, "erased", null, null);
  }
}
