package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Accepts interactions and feedback of one loop: an object, an array, or one object per line. */
@Path("/v1/loops/{loop}")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RequiresScope({KeyScope.INGEST, KeyScope.IMPORT})
public class ItemsResource {
  private final RequestContext requests;
  private final EventMaker events;
  private final SubmissionHandler submissions;
  private final Clock clock;

  public ItemsResource(
      RequestContext requests, EventMaker events, SubmissionHandler submissions, Clock clock) {
    this.requests = requests;
    this.events = events;
    this.submissions = submissions;
    this.clock = clock;
  }

  @POST
  @Path("/interactions")
  public Response interactions(
      @PathParam("loop") String loop, @Context HttpHeaders headers, InputStream body) {
    return take(EventType.INTERACTION_RECORDED, loop, headers, body);
  }

  @POST
  @Path("/feedback")
  public Response feedback(
      @PathParam("loop") String loop, @Context HttpHeaders headers, InputStream body) {
    return take(EventType.FEEDBACK_GIVEN, loop, headers, body);
  }

  private Response take(EventType type, String loopName, HttpHeaders headers, InputStream body) {
    LoopId loop = requests.loop(loopName);
    Sender sender = requests.sender();
    Instant receivedAt = clock.instant();
    String traceParent = requests.traceParent(headers);
    return submissions.take(
        headers,
        body,
        RequestBodyOpener.shape(headers),
        (item, place) -> read(type, sender, loop, item, receivedAt, traceParent, place));
  }

  private ItemOutcome read(
      EventType type,
      Sender sender,
      LoopId loop,
      JsonNode item,
      Instant receivedAt,
      @Nullable String traceParent,
      String place) {
    String id = null;
    try {
      id = ItemReader.id(item);
      return new ItemOutcome.Taken(
          events.read(sender, loop, type, id, item, receivedAt, traceParent).under(place));
    } catch (Fault fault) {
      return new ItemOutcome.Refused(id, fault.under(place));
    }
  }
}
