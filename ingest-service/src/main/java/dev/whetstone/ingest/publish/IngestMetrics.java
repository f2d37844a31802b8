package dev.whetstone.ingest.publish;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.item.FaultCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;

/** Counts events. Label values are enums, so they are bounded. */
@ApplicationScoped
public class IngestMetrics {
  /** Events that the broker acknowledged, by {@code type}. */
  public static final String ACCEPTED = "whetstone.ingest.accepted";

  /** Items and requests that were refused, by {@code code}. */
  public static final String REJECTED = "whetstone.ingest.rejected";

  private final Map<EventType, Counter> accepted = new EnumMap<>(EventType.class);
  private final Map<FaultCode, Counter> rejected = new EnumMap<>(FaultCode.class);

  public IngestMetrics(MeterRegistry metrics) {
    for (EventType type : EventType.values()) {
      accepted.put(type, metrics.counter(ACCEPTED, "type", type.wireName()));
    }
    for (FaultCode code : FaultCode.values()) {
      rejected.put(code, metrics.counter(REJECTED, "code", code.code()));
    }
  }

  /** An event is in Kafka. */
  public void accepted(EventType type) {
    accepted.get(type).increment();
  }

  /** An item, or a request as a whole, was refused. */
  public void rejected(FaultCode code) {
    rejected.get(code).increment();
  }
}
