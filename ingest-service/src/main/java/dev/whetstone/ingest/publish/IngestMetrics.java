package dev.whetstone.ingest.publish;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.kit.metrics.MeterRegistrar;
import io.micrometer.core.instrument.Counter;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;

/** Counts events. */
@Startup
@ApplicationScoped
public class IngestMetrics {
  private final Map<EventType, Counter> accepted = new EnumMap<>(EventType.class);
  private final Map<FaultCode, Counter> rejected = new EnumMap<>(FaultCode.class);

  public IngestMetrics(MeterRegistrar meters) {
    meters.begin(IngestMeter.values());
    for (EventType type : EventType.values()) {
      accepted.put(type, meters.counter(IngestMeter.ACCEPTED, type.wireName()));
    }
    for (FaultCode code : FaultCode.values()) {
      rejected.put(code, meters.counter(IngestMeter.REJECTED, code.code()));
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
