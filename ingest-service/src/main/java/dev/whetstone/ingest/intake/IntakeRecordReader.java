package dev.whetstone.ingest.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.EventSource;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.ingest.body.BodyItem;
import dev.whetstone.ingest.body.BodyShape;
import dev.whetstone.ingest.body.ContentEncoding;
import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.cloudevents.AttributeSource;
import dev.whetstone.ingest.cloudevents.CloudEventItem;
import dev.whetstone.ingest.cloudevents.CloudEventReader;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads one record of the intake topic by the same rules as a request, with one exception: a loop
 * that is not known yet is not a fault, because curation parks its events.
 */
final class IntakeRecordReader {
  private static final String STRUCTURED = "application/cloudevents+json";

  private final ItemStream.Opener items;
  private final EventMaker events;

  IntakeRecordReader(ItemStream.Opener items, EventMaker events) {
    this.items = items;
    this.events = events;
  }

  /**
   * @throws Fault when the record could not have been sent in a request
   */
  PreparedEvent read(ConsumerRecord<String, byte[]> received, Instant receivedAt) {
    CloudEventItem item = event(received);
    if (item.tenant() == null) {
      throw new Fault(
          FaultCode.MISSING_FIELD,
          item.tenantPointer(),
          "the tenant is missing",
          "send the extension 'tenant'");
    }
    if (EventSource.isReserved(item.source())) {
      throw new Fault(
          FaultCode.RESERVED_SOURCE,
          item.sourcePointer(),
          "the source '" + item.source() + "' is reserved",
          EventSource.REMEDY);
    }
    LoopId loop = new LoopId(item.tenant(), item.loop());
    Sender sender = new Sender(item.tenant(), item.source(), false);
    try {
      return events.read(
          sender, loop, item.type(), item.id(), item.data(), receivedAt, item.traceParent());
    } catch (Fault fault) {
      throw fault.under(item.dataPointer());
    }
  }

  private CloudEventItem event(ConsumerRecord<String, byte[]> received) {
    if (received.value() == null) {
      throw new Fault(FaultCode.NO_ITEMS, null, "the record has no value", "send a CloudEvent");
    }
    JsonNode value = tree(received.value());
    String contentType = header(received, "content-type");
    if (contentType != null && contentType.startsWith(STRUCTURED)) {
      return CloudEventReader.structured(value);
    }
    return CloudEventReader.binary(
        new AttributeSource.Headers("ce_", name -> header(received, name)), value);
  }

  private JsonNode tree(byte[] value) {
    var in = new ByteArrayInputStream(value);
    try (ItemStream stream = items.open(in, ContentEncoding.IDENTITY, BodyShape.OBJECT)) {
      BodyItem item = stream.next();
      // The second call makes sure that nothing follows.
      BodyItem none = stream.next();
      if (!(item instanceof BodyItem.Readable(JsonNode read, _)) || none != null) {
        throw new IllegalStateException("a stream of one object has one object");
      }
      return read;
    }
  }

  private static @Nullable String header(ConsumerRecord<?, ?> received, String name) {
    Header header = received.headers().lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
