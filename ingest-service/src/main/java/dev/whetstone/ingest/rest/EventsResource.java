package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.body.BodyShape;
import dev.whetstone.ingest.cloudevents.AttributeSource;
import dev.whetstone.ingest.cloudevents.CloudEventItem;
import dev.whetstone.ingest.cloudevents.CloudEventReader;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Accepts CloudEvents 1.0 over HTTP: binary, structured and batched. */
@Path("/v1/events")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RequiresScope({KeyScope.INGEST, KeyScope.IMPORT})
public class EventsResource {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCHED = "application/cloudevents-batch+json";
  private static final String BINARY_PREFIX = "ce-";

  private static final Mode STRUCTURED_MODE =
      new Mode(AttributeSource.Members::new, CloudEventReader::structured);

  /** Where an item's attributes are, and how it is read. */
  private record Mode(
      Function<JsonNode, AttributeSource> attributes, Function<JsonNode, CloudEventItem> reader) {}

  private final RequestContext requests;
  private final EventMaker events;
  private final SubmissionHandler submissions;
  private final Clock clock;

  public EventsResource(
      RequestContext requests, EventMaker events, SubmissionHandler submissions, Clock clock) {
    this.requests = requests;
    this.events = events;
    this.submissions = submissions;
    this.clock = clock;
  }

  @POST
  public Response events(@Context HttpHeaders headers, InputStream body) {
    return switch (RequestBodyOpener.mediaType(headers)) {
      case STRUCTURED -> take(headers, body, BodyShape.OBJECT, STRUCTURED_MODE);
      case BATCHED -> take(headers, body, BodyShape.ARRAY, STRUCTURED_MODE);
      case MediaType.APPLICATION_JSON -> {
        requireBinary(headers);
        var attributes = new AttributeSource.Headers(BINARY_PREFIX, headers::getHeaderString);
        yield take(
            headers,
            body,
            BodyShape.OBJECT,
            new Mode(data -> attributes, data -> CloudEventReader.binary(attributes, data)));
      }
      default ->
          throw RequestBodyOpener.unsupported(
              headers.getHeaderString(HttpHeaders.CONTENT_TYPE),
              STRUCTURED + ", " + BATCHED + ", or application/json with ce- headers");
    };
  }

  private static void requireBinary(HttpHeaders headers) {
    if (headers.getHeaderString(BINARY_PREFIX + "specversion") == null) {
      throw new Fault(
          FaultCode.MALFORMED_EVENT,
          null,
          "the header ce-specversion is missing",
          "send ce-specversion: 1.0, ce-id, ce-source, ce-type and ce-loop, or Content-Type: "
              + STRUCTURED);
    }
  }

  private Response take(HttpHeaders headers, InputStream body, BodyShape shape, Mode mode) {
    Sender sender = requests.sender();
    var received = new Received(sender, clock.instant(), requests.traceParent(headers));
    return submissions.take(
        headers, body, shape, (item, place) -> read(received, mode, item, place));
  }

  /**
   * What the events of a request share.
   *
   * @param traceParent of the events that name none themselves
   */
  private record Received(Sender sender, Instant at, @Nullable String traceParent) {}

  private ItemOutcome read(Received received, Mode mode, JsonNode item, String place) {
    try {
      CloudEventItem event = mode.reader().apply(item);
      checkSource(received.sender(), event);
      return new ItemOutcome.Taken(make(received, event).under(place));
    } catch (Fault fault) {
      return new ItemOutcome.Refused(
          CloudEventReader.id(mode.attributes().apply(item)), fault.under(place));
    }
  }

  private PreparedEvent make(Received received, CloudEventItem event) {
    Sender sender = received.sender();
    String traceParent = event.traceParent() == null ? received.traceParent() : event.traceParent();
    if (event.tenant() != null && !event.tenant().equals(sender.tenant())) {
      throw requests.unknownLoop(event.loop(), event.tenantPointer());
    }
    var loop = requests.loop(event.loop(), event.loopPointer());
    try {
      return events
          .read(sender, loop, event.type(), event.id(), event.data(), received.at(), traceParent)
          .under(event.dataPointer());
    } catch (Fault fault) {
      throw fault.under(event.dataPointer());
    }
  }

  /**
   * A key can only use its own application as source; otherwise one app could retract another's
   * feedback.
   */
  private static void checkSource(Sender sender, CloudEventItem event) {
    if (!event.source().equals(sender.source())) {
      throw new Fault(
          FaultCode.FOREIGN_SOURCE,
          event.sourcePointer(),
          "the source is '" + event.source() + "'",
          "this key's events have the source '" + sender.source() + "'");
    }
  }
}
