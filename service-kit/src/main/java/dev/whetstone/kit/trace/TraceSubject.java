package dev.whetstone.kit.trace;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a stored trace context belongs to. */
public record TraceSubject(LoopId loop, Kind kind, String id) {
  /** Kinds of subjects; the wire name is the constant in lower case. */
  public enum Kind {
    /** An interaction or feedback; its id is the event's key. */
    EVENT,
    BATCH,
    RUN,
    CHECKPOINT,
    DECISION;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Kind> byWireName(String name) {
      return Arrays.stream(values()).filter(kind -> kind.wireName().equals(name)).findFirst();
    }
  }

  /**
   * The subject whose trace an event carries; empty for events to which nothing later is linked.
   */
  public static Optional<TraceSubject> of(Event<?> event) {
    LoopId loop = event.attributes().loop();
    return switch (event.data()) {
      case InteractionRecorded _, FeedbackGiven _ ->
          Optional.of(new TraceSubject(loop, Kind.EVENT, event.attributes().key().text()));
      case BatchSealed sealed -> Optional.of(new TraceSubject(loop, Kind.BATCH, sealed.batchId()));
      case CheckpointReady ready ->
          Optional.of(new TraceSubject(loop, Kind.CHECKPOINT, ready.checkpointId()));
      default -> Optional.empty();
    };
  }
}
