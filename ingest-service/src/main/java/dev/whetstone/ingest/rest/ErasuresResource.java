package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.id.IdGenerator;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Erases a person or a conversation from every loop of the tenant. It covers everything received
 * before the call; later data is stored as usual. Each call has its own id and watermark.
 */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RequiresScope(KeyScope.ERASE)
public class ErasuresResource {
  private final RequestContext requests;
  private final EventMaker events;
  private final SubmissionHandler submissions;
  private final IngestMetrics metrics;
  private final CurationLinks links;
  private final IdGenerator ids;
  private final Clock clock;

  public ErasuresResource(
      RequestContext requests,
      EventMaker events,
      SubmissionHandler submissions,
      IngestMetrics metrics,
      CurationLinks links,
      IdGenerator ids,
      Clock clock) {
    this.requests = requests;
    this.events = events;
    this.submissions = submissions;
    this.metrics = metrics;
    this.links = links;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * The erasure that was started.
   *
   * @param watermark data received up to this time is erased
   * @param loops the tenant's loops, each of which gets an event
   * @param progress URL of curation-service that reports the progress
   */
  public record Erasure(String erasureId, Instant watermark, List<String> loops, String progress) {}

  /** A reference can contain slashes, escaped or not. */
  @DELETE
  @Path("/endusers/{endUser: .+}")
  public Response endUser(@PathParam("endUser") String endUser, @Context HttpHeaders headers) {
    UrlParameterRule.requireText("endUser", endUser);
    return erase(endUser, null, headers);
  }

  @DELETE
  @Path("/conversations/{id: .+}")
  public Response conversation(@PathParam("id") String id, @Context HttpHeaders headers) {
    UrlParameterRule.requireText("id", id);
    return erase(null, id, headers);
  }

  private Response erase(
      @Nullable String endUser, @Nullable String conversationId, HttpHeaders headers) {
    List<LoopId> loops = requests.loops();
    Sender sender = requests.sender();
    Instant watermark = clock.instant();
    String erasureId = ids.next("erasure-");
    var data = new EndUserErased(erasureId, endUser, conversationId, watermark);
    List<PreparedEvent> all =
        loops.stream()
            .map(
                loop ->
                    events.make(
                        sender, loop, erasureId, data, watermark, requests.traceParent(headers)))
            .toList();
    submissions.publishAll(all);
    all.forEach(event -> metrics.accepted(EventType.END_USER_ERASED));
    return Response.accepted(
            new Erasure(
                erasureId,
                watermark,
                loops.stream().map(LoopId::loop).toList(),
                links.erasure(erasureId)))
        .build();
  }
}
