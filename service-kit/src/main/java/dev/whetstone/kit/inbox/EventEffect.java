package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.EventData;
import java.util.List;

/**
 * What a service does with fresh events, inside the transaction that records them.
 *
 * @param <D> the events of the topic
 */
@FunctionalInterface
public interface EventEffect<D extends EventData> {
  /**
   * Called with at least one event, in the order of the topic. It may be called again after a
   * rollback.
   */
  void apply(List<ReceivedEvent<D>> events);

  /**
   * Records events that took effect before and came again, in the same transaction and after {@link
   * #apply}.
   */
  default void resent(List<ResentEvent> events) {
    // Most topics count them in the metrics only.
  }
}
