package dev.whetstone.kit.event;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.id.IdGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Creates the events that a service publishes. */
@ApplicationScoped
public class EventFactory {
  private final Clock clock;
  private final IdGenerator ids;

  public EventFactory(Clock clock, IdGenerator ids) {
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * @param source the publishing service
   * @param subject the id that the event is about
   */
  public <D extends EventData> Event<D> create(
      LoopId loop, String source, @Nullable String subject, String partitionKey, D data) {
    return create(ids.next("evt-"), loop, source, subject, partitionKey, data);
  }

  /** The same with a given id, so that publishing again yields the same event. */
  public <D extends EventData> Event<D> create(
      String id,
      LoopId loop,
      String source,
      @Nullable String subject,
      String partitionKey,
      D data) {
    return new Event<>(
        new EventAttributes(
            id, source, EventType.of(data), clock.instant(), subject, loop, partitionKey, null),
        data);
  }
}
