package dev.whetstone.ingest.publish;

import static dev.whetstone.kit.metrics.MeterDescription.counter;
import static dev.whetstone.kit.metrics.MeterDescription.gauge;
import static dev.whetstone.kit.metrics.MeterDescription.histogram;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.LabelDescription;
import dev.whetstone.kit.metrics.MeterDescription;
import java.util.Arrays;

/** The meters of ingest. */
public enum IngestMeter implements DescribedMeter {
  ACCEPTED(
      counter(
          "whetstone.ingest.accepted",
          "events that the broker acknowledged",
          LabelDescription.oneOf(
              "type",
              Arrays.stream(EventType.values()).map(EventType::wireName).toArray(String[]::new)))),
  REJECTED(
      counter(
          "whetstone.ingest.rejected",
          "items, and requests as a whole, that were refused",
          LabelDescription.oneOf(
              "code",
              Arrays.stream(FaultCode.values()).map(FaultCode::code).toArray(String[]::new)))),
  ACKNOWLEDGEMENT(
      histogram(
          "whetstone.ingest.acknowledgement",
          "from sending a request's first record to the last acknowledgement")),
  INFLIGHT_BYTES(
      gauge("whetstone.ingest.inflight.bytes", "bytes of requests' bodies that are in memory"));

  private final MeterDescription description;

  IngestMeter(MeterDescription description) {
    this.description = description;
  }

  @Override
  public MeterDescription description() {
    return description;
  }
}
