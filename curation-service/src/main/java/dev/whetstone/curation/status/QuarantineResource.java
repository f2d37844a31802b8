package dev.whetstone.curation.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.QuarantineRepository;
import dev.whetstone.curation.example.QuarantineRepository.Place;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.join.ExampleAdmission;
import dev.whetstone.curation.stage.hygiene.ControlTokenStage;
import dev.whetstone.curation.stage.pii.PiiStage;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.paging.ListPage;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.Problem;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Lists and releases quarantined examples. */
@Path("/v1/loops/{loop}/quarantine")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class QuarantineResource {
  private static final Logger LOG = Logger.getLogger(QuarantineResource.class);
  private final ExampleRepository examples;
  private final QuarantineRepository quarantine;
  private final EventFateUpdater eventFates;
  private final DeclaredLoopRepository loops;
  private final ApiCaller caller;
  private final Clock clock;

  public QuarantineResource(
      ExampleRepository examples,
      QuarantineRepository quarantine,
      EventFateUpdater eventFates,
      DeclaredLoopRepository loops,
      ApiCaller caller,
      Clock clock) {
    this.examples = examples;
    this.quarantine = quarantine;
    this.eventFates = eventFates;
    this.loops = loops;
    this.caller = caller;
    this.clock = clock;
  }

  /**
   * A quarantined example for review. Its text is shown only if personal data has been redacted.
   *
   * @param deadline after which it is rejected
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Held(
      String exampleId,
      Form form,
      String split,
      @Nullable String stage,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable Instant deadline,
      List<ChatMessage> prompt,
      List<ChatMessage> answer,
      @Nullable Boolean label,
      List<String> events) {
    static Held of(StoredExample stored, Example example) {
      boolean redacted =
          stored.steps().stream().anyMatch(step -> step.stage().equals(PiiStage.NAME));
      return new Held(
          stored.exampleId(),
          example.form(),
          stored.split().wireName(),
          stored.stage(),
          stored.reason(),
          stored.detail(),
          stored.deadline(),
          redacted ? example.prompt() : List.of(),
          redacted ? example.answer() : List.of(),
          example.label(),
          example.provenance().eventKeys().stream().map(key -> key.text()).toList());
    }
  }

  /** The loop's quarantined examples by pages, earliest deadline first. */
  @GET
  @RequiresScope(KeyScope.READ)
  @Transactional
  @APIResponse(
      responseCode = "200",
      description = "One page of quarantined examples, earliest deadline first",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(implementation = Held[].class)))
  public Response list(
      @PathParam("loop") String loop,
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = ListPage.AFTER_TEXT) @QueryParam("after") @Nullable String after,
      @Context UriInfo uri) {
    int most = ListPage.limit(limit);
    LoopId id = loops.require(caller.loop(loop)).id();
    QuarantineRepository.Page page = quarantine.page(id, place(after), most);
    List<Held> held =
        page.examples().stream()
            .map(stored -> Held.of(stored, Objects.requireNonNull(stored.example())))
            .toList();
    return ListPage.of(held, page.more() ? cursor(page.examples().getLast()) : null, uri);
  }

  private static String cursor(StoredExample last) {
    return Objects.requireNonNull(last.deadline()) + "_" + last.rowId();
  }

  private static @Nullable Place place(@Nullable String after) {
    if (after == null) {
      return null;
    }
    try {
      int end = after.indexOf('_');
      return new Place(
          Instant.parse(after.substring(0, Math.max(0, end))), after.substring(end + 1));
    } catch (DateTimeParseException e) {
      throw ListPage.invalidCursor(after);
    }
  }

  /** The number of rows released. */
  public record Released(String exampleId, int released) {}

  /**
   * Releases an example to the next cut, where it passes every quarantine. An example on which
   * admission failed stays in quarantine: it may contain personal data that was not redacted. So
   * does one with control tokens, which training would leave out.
   */
  @POST
  @Path("/{exampleId}/release")
  @RequiresScope(KeyScope.OPERATE)
  @Transactional
  public Released release(
      @PathParam("loop") String loop, @PathParam("exampleId") String exampleId) {
    LoopId id = caller.loop(loop);
    DeclaredLoop declared = loops.require(id);
    List<StoredExample> held =
        examples.lockById(id, exampleId).stream()
            .filter(stored -> stored.state() == ExampleState.QUARANTINED)
            .toList();
    List<String> rows =
        held.stream().filter(stored -> refusal(stored) == null).map(StoredExample::rowId).toList();
    if (rows.isEmpty() && !held.isEmpty()) {
      throw new ProblemException(Objects.requireNonNull(refusal(held.getFirst())));
    }
    if (rows.isEmpty()) {
      throw new ProblemException(
          HttpProblems.notFound(
              "not-quarantined",
              "example '" + exampleId + "' is not in quarantine",
              "see GET /v1/loops/"
                  + loop
                  + "/quarantine; examples are rejected after their deadline"));
    }
    quarantine.release(
        rows, clock.instant().plus(declared.spec().spec().retention().interactions()));
    eventFates.follow(eventFates.of(rows));
    LOG.infof("released loop=%s example=%s by=%s", id, exampleId, caller.application());
    return new Released(exampleId, rows.size());
  }

  /** Why an example cannot be released; null where it can. */
  private static @Nullable Problem refusal(StoredExample stored) {
    if (ExampleAdmission.FAILURE.equals(stored.stage())) {
      return HttpProblems.conflict(
          "not-admitted",
          "example '"
              + stored.exampleId()
              + "' failed in admission, so personal data in it was not redacted",
          "fix the fault named in its detail and send the feedback again under another id");
    }
    if (ControlTokenStage.NAME.equals(stored.stage())) {
      return HttpProblems.conflict(
          ReasonCodes.CONTROL_TOKENS,
          "example '"
              + stored.exampleId()
              + "' holds control tokens of the base, so training would leave it out",
          "correct the text named in its detail and send the feedback again under another id");
    }
    return null;
  }
}
