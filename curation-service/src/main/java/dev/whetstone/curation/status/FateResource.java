package dev.whetstone.curation.status;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.fate.ResentBody;
import dev.whetstone.curation.fate.ResentEventRepository;
import dev.whetstone.curation.join.Interaction;
import dev.whetstone.curation.join.InteractionRepository;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.paging.ListPage;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** The fates of events and answers. */
@Path("/v1/loops/{loop}")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(KeyScope.READ)
@RunOnVirtualThread
public class FateResource {
  private final ReceiptRepository receipts;
  private final ResentEventRepository resentEvents;
  private final ExampleRepository examples;
  private final InteractionRepository interactions;
  private final DeclaredLoopRepository loops;
  private final ApiCaller caller;

  public FateResource(
      ReceiptRepository receipts,
      ResentEventRepository resentEvents,
      ExampleRepository examples,
      InteractionRepository interactions,
      DeclaredLoopRepository loops,
      ApiCaller caller) {
    this.receipts = receipts;
    this.resentEvents = resentEvents;
    this.examples = examples;
    this.interactions = interactions;
    this.loops = loops;
    this.caller = caller;
  }

  /** The fate of one event. The key that sent an event may read its fate, to follow the receipt. */
  @GET
  @Path("/fates/{source}/{id}")
  @RequiresScope({KeyScope.READ, KeyScope.INGEST, KeyScope.IMPORT})
  @Transactional
  public FateView one(
      @PathParam("loop") String loop,
      @PathParam("source") String source,
      @PathParam("id") String id) {
    requireOwn(source);
    var key = new EventKey(caller.loop(loop), source, id);
    Receipt receipt = receipts.find(key).orElseThrow(() -> unknown("event", id));
    return view(receipt);
  }

  /** Without the scope read, a key sees only its application's events; a browser's key none. */
  private void requireOwn(String source) {
    if (caller.scopes().contains(KeyScope.READ)
        || (!caller.publishable() && source.equals(caller.application()))) {
      return;
    }
    throw new ProblemException(
        HttpProblems.forbidden(
            "missing-scope",
            "this key lacks the scope read, and the event was not sent with it",
            "use a key with the scope read, or the one that sent the event"));
  }

  /** The fates of all events with an id, of whatever source, by pages. */
  @GET
  @Path("/fates")
  @Transactional
  @APIResponse(
      responseCode = "200",
      description = "One page of fates, by source",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(implementation = FateView[].class)))
  public Response byId(
      @PathParam("loop") String loop,
      @Nullable @QueryParam("id") String id,
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = ListPage.AFTER_TEXT) @QueryParam("after") @Nullable String after,
      @Context UriInfo uri) {
    if (id == null || id.isBlank()) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "missing-id", "the query parameter id is missing", null, "add it: /fates?id=EVENT"));
    }
    int most = ListPage.limit(limit);
    List<Receipt> found = receipts.byId(caller.loop(loop), id, cursor(after), most + 1);
    if (found.isEmpty() && after == null) {
      throw unknown("event", id);
    }
    return ListPage.of(views(found, most), next(found, most), uri);
  }

  /**
   * How many accepted events have each fate; {@code total} is the sum, each event counted once.
   * {@code id_conflicts} and {@code repeats} count what arrived under the id of a known event, with
   * another body or the same; these are not in {@code total}.
   */
  @GET
  @Path("/fates/counts")
  @Transactional
  public Map<String, Long> counts(@PathParam("loop") String loop) {
    LoopId id = loops.require(caller.loop(loop)).id();
    Map<Fate, Long> counts = receipts.counts(id);
    Map<String, Long> answer = new LinkedHashMap<>();
    long total = 0;
    for (Fate fate : Fate.values()) {
      long n = counts.getOrDefault(fate, 0L);
      answer.put(fate.wireName(), n);
      total += n;
    }
    answer.put("total", total);
    ResentEventRepository.Counts again = resentEvents.counts(id);
    answer.put("id_conflicts", again.conflicts());
    answer.put("repeats", again.repeats());
    return answer;
  }

  /**
   * What is recorded about an answer.
   *
   * @param feedback one page of it
   * @param split of its conversation
   */
  public record ResponseView(
      String responseId,
      @Nullable String conversationId,
      @Nullable String split,
      @Nullable FateView interaction,
      List<FateView> feedback) {
    public ResponseView {
      feedback = List.copyOf(feedback);
    }
  }

  /** The interaction of an answer and the feedback on it, by pages of events. */
  @GET
  @Path("/responses/{responseId}")
  @Transactional
  @APIResponse(
      responseCode = "200",
      description = "The answer, with one page of its events",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(implementation = ResponseView.class)))
  public Response response(
      @PathParam("loop") String loop,
      @PathParam("responseId") String responseId,
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = ListPage.AFTER_TEXT) @QueryParam("after") @Nullable String after,
      @Context UriInfo uri) {
    int most = ListPage.limit(limit);
    LoopId id = caller.loop(loop);
    Interaction known =
        interactions.find(id, responseId).orElseThrow(() -> unknown("response", responseId));
    List<Receipt> found = receipts.byResponse(id, responseId, cursor(after), most + 1);
    List<FateView> views = views(found, most);
    var view =
        new ResponseView(
            responseId,
            known.conversationId(),
            known.split() == null ? null : known.split().wireName(),
            known.key() == null ? null : receipts.find(known.key()).map(this::view).orElse(null),
            views.stream().filter(one -> !one.kind().equals(Receipt.INTERACTION)).toList());
    return ListPage.of(view, next(found, most), uri);
  }

  private static String cursor(@Nullable String after) {
    return after == null ? "" : after;
  }

  private static @Nullable String next(List<Receipt> found, int most) {
    return found.size() > most ? found.get(most - 1).key().text() : null;
  }

  private List<FateView> views(List<Receipt> found, int most) {
    List<Receipt> page = found.subList(0, Math.min(most, found.size()));
    List<EventKey> keys = page.stream().map(Receipt::key).toList();
    var formed = examples.ofEvents(keys);
    Map<EventKey, List<ResentBody>> again = resentEvents.find(keys);
    Map<EventKey, String> bodies = resentEvents.standingBodies(again.keySet());
    Map<EventKey, Receipt> targets = new HashMap<>();
    receipts
        .heads(page.stream().map(Receipt::target).filter(Objects::nonNull).toList())
        .forEach(target -> targets.put(target.key(), target));
    return page.stream()
        .map(
            receipt ->
                FateView.of(
                    receipt,
                    formed.getOrDefault(receipt.key(), List.of()),
                    again.getOrDefault(receipt.key(), List.of()),
                    bodies.get(receipt.key()),
                    receipt.target() == null ? null : targets.get(receipt.target())))
        .toList();
  }

  private FateView view(Receipt receipt) {
    return views(List.of(receipt), 1).getFirst();
  }

  private static ProblemException unknown(String what, String id) {
    return new ProblemException(
        HttpProblems.notFound(
            "unknown-" + what,
            "this loop has no %s '%s'".formatted(what, id),
            "check the id and the loop; if ingest accepted it just now, try again in a moment"));
  }
}
