package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.EventData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the effect of an event reads besides the event.
 *
 * @param shared names what is read; events with the same name in one transaction read it once
 * @param bytes its size
 */
public record EventLoad(@Nullable String shared, long bytes) {
  public static final EventLoad NONE = new EventLoad(null, 0);

  /**
   * Tells what the effects of events will read. Called before their transactions.
   *
   * @param <D> the events of the topic
   */
  @FunctionalInterface
  public interface Estimate<D extends EventData> {
    /** One load for each event, in order. */
    List<EventLoad> of(List<ReceivedEvent<D>> events);
  }
}
