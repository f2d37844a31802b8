package dev.whetstone.kit.inbox;

import java.util.List;

/** What a service does with fresh events, inside the transaction that records them. */
@FunctionalInterface
public interface EventEffect {
  /**
   * Called with at least one event, in the order they lay; may be called again after a rollback.
   */
  void apply(List<ReceivedEvent> events);
}
