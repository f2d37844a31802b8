package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Retracts feedback. A repeated request is the same retraction. */
@Path("/v1/loops/{loop}/feedback/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RequiresScope({KeyScope.INGEST, KeyScope.IMPORT})
public class RetractionsResource {
  private final RequestContext requests;
  private final EventMaker events;
  private final SubmissionHandler submissions;
  private final Clock clock;

  public RetractionsResource(
      RequestContext requests, EventMaker events, SubmissionHandler submissions, Clock clock) {
    this.requests = requests;
    this.events = events;
    this.submissions = submissions;
    this.clock = clock;
  }

  /**
   * @param id of the feedback event, from its receipt
   * @param responseId the answer that the feedback is about; selects the feedback's partition
   * @param endUser the end user, if the feedback named one
   */
  @DELETE
  public Response retract(
      @PathParam("loop") String loopName,
      @PathParam("id") String id,
      @QueryParam("responseId") @Nullable String responseId,
      @QueryParam("endUser") @Nullable String endUser,
      @Context HttpHeaders headers) {
    LoopId loop = requests.loop(loopName);
    Sender sender = requests.sender();
    UrlParameterRule.requireIdentifier("id", id);
    if (responseId != null) {
      UrlParameterRule.requireIdentifier("responseId", responseId);
    }
    if (endUser != null) {
      UrlParameterRule.requireText("endUser", endUser);
    }
    var data = new FeedbackRetracted(sender.source(), id, responseId, endUser);
    var event =
        events.make(sender, loop, null, data, clock.instant(), requests.traceParent(headers));
    return submissions.answer(List.of(new ItemOutcome.Taken(event)), List.of(0), false);
  }
}
