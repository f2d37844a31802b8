package dev.whetstone.kit.inbox;

import java.util.List;

/** Applies fresh events in the transaction that records them in the inbox. */
@FunctionalInterface
public interface EventEffect {
  /** Called with at least one event, in the order of their offsets; again after a rollback. */
  void apply(List<ReceivedEvent> events);
}
