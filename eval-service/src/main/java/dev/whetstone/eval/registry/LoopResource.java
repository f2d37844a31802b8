package dev.whetstone.eval.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.loop.LoopFileException;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.paging.ListPage;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.tenant.TenantLimits;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Declares loops and shows them. */
@Path("/v1/loops")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LoopResource {
  private static final int LONGEST_BODY = 1 << 20;
  private final LoopRegistry registry;
  private final LoopFolder folder;
  private final ClusterLoopRepository resources;
  private final TenantLimits limits;
  private final ApiCaller caller;

  public LoopResource(
      LoopRegistry registry,
      LoopFolder folder,
      ClusterLoopRepository resources,
      TenantLimits limits,
      ApiCaller caller) {
    this.resources = resources;
    this.limits = limits;
    this.registry = registry;
    this.folder = folder;
    this.caller = caller;
  }

  /** A loop with its newest declaration. */
  public record Loop(
      String loop, long revision, String specSha256, LoopState state, LoopSpec spec) {
    static Loop of(DeclaredLoop declared) {
      return new Loop(
          declared.id().loop(),
          declared.revision(),
          declared.specSha256(),
          declared.state(),
          declared.spec());
    }
  }

  /**
   * A declaration's effective values and their origins.
   *
   * @param yaml the effective declaration as a loop file with the origins as comments; absent if
   *     the request has no body, since the registry does not store the file
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Explanation(
      String loop,
      String specSha256,
      LoopSpec spec,
      List<LoopDeclaration.Setting> settings,
      @Nullable String yaml) {}

  /**
   * Declares the loop. An unchanged declaration has no effect; one that weakens the gates needs the
   * scope {@code approve} as well.
   */
  @PUT
  @Path("/{loop}")
  @Consumes(MediaType.WILDCARD)
  @RequiresScope(KeyScope.OPERATE)
  public Loop declare(@PathParam("loop") String name, byte @Nullable [] body) {
    LoopId id = caller.loop(name);
    LoopDeclaration declaration = read(id, body);
    return Loop.of(
        registry.declare(
            declaration,
            "application " + caller.application(),
            current -> GateProtectionCheck.require(caller, current, declaration.spec())));
  }

  /**
   * Explains the declaration in the body without declaring it; without a body, the loop's current
   * one. It needs the same scope as a declaration, since it reads the files that the body names.
   */
  @POST
  @Path("/{loop}/explain")
  @Consumes(MediaType.WILDCARD)
  @RequiresScope(KeyScope.OPERATE)
  public Explanation explain(@PathParam("loop") String name, byte @Nullable [] body) {
    LoopId id = caller.loop(name);
    if (body == null || body.length == 0) {
      DeclaredLoop loop = known(id);
      return new Explanation(
          id.loop(), loop.specSha256(), loop.spec(), registry.settings(loop), null);
    }
    LoopDeclaration declaration = read(id, body);
    return new Explanation(
        id.loop(),
        declaration.specSha256(),
        declaration.spec(),
        declaration.settings(),
        declaration.yaml());
  }

  /**
   * Pauses the loop: feedback is accepted and the champion stays in service, but nothing is sealed,
   * trained or evaluated until it is resumed.
   */
  @POST
  @Path("/{loop}/pause")
  @RequiresScope(KeyScope.OPERATE)
  public Loop pause(@PathParam("loop") String name) {
    return Loop.of(registry.change(caller.loop(name), LoopState.PAUSED));
  }

  /** Ends a pause. */
  @POST
  @Path("/{loop}/resume")
  @RequiresScope(KeyScope.OPERATE)
  public Loop resume(@PathParam("loop") String name) {
    return Loop.of(registry.change(caller.loop(name), LoopState.ACTIVE));
  }

  /**
   * Deletes the loop: every service then answers as if it had never been declared. Its champion
   * stays loaded in the model server until that restarts. Data ends by its retention, and a
   * person's data by an erasure.
   */
  @DELETE
  @Path("/{loop}")
  @RequiresScope(KeyScope.OPERATE)
  public Response delete(@PathParam("loop") String name) {
    LoopId id = caller.loop(name);
    folder.requireNoFile(id);
    resources.requireNone(id);
    registry.change(id, LoopState.DELETED);
    return Response.noContent().build();
  }

  /** A page of the tenant's loops, sorted by name. The cursor {@code after} is a loop's name. */
  @GET
  @RequiresScope(KeyScope.READ)
  @APIResponse(
      responseCode = "200",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Loop.class)))
  public Response all(
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = "only loops behind this name") @QueryParam("after")
          @Nullable String after,
      @Context UriInfo uri) {
    int most = ListPage.limit(limit);
    List<DeclaredLoop> loops =
        registry.page(caller.tenant(), Objects.requireNonNullElse(after, ""), most + 1);
    boolean more = loops.size() > most;
    List<DeclaredLoop> page = more ? loops.subList(0, most) : loops;
    return ListPage.of(
        page.stream().map(Loop::of).toList(), more ? page.getLast().id().loop() : null, uri);
  }

  @GET
  @Path("/{loop}")
  @RequiresScope(KeyScope.READ)
  public Loop one(@PathParam("loop") String name) {
    return Loop.of(known(caller.loop(name)));
  }

  private DeclaredLoop known(LoopId id) {
    return folder.require(id);
  }

  private LoopDeclaration read(LoopId id, byte @Nullable [] body) {
    if (body == null || body.length == 0) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "empty-declaration", "the request has no body", "", "send the loop's YAML or JSON"));
    }
    if (body.length > LONGEST_BODY) {
      throw new ProblemException(
          HttpProblems.tooLarge(
              "declaration-too-large",
              "the declaration has " + body.length + " bytes",
              "send at most " + LONGEST_BODY + " bytes"));
    }
    try {
      LoopDeclaration declaration = LoopFileReader.read(body, id.loop(), null, limits);
      requireSame("/metadata/tenant", id.tenant(), declaration.spec().metadata().tenant());
      requireSame("/metadata/name", id.loop(), declaration.spec().metadata().name());
      return declaration;
    } catch (LoopFileException e) {
      throw new ProblemException(
          HttpProblems.unprocessable(
              "invalid-loop",
              String.valueOf(e.getMessage()),
              e.faults().getFirst().pointer(),
              "fix the fields named in detail and send the declaration again"));
    }
  }

  private static void requireSame(String pointer, String expected, String actual) {
    if (!Objects.equals(expected, actual)) {
      throw new ProblemException(
          HttpProblems.unprocessable(
              "invalid-loop",
              pointer + " is '" + actual + "', but the request is for '" + expected + "'",
              pointer,
              "write '" + expected + "' there, or use the path and key of the other loop"));
    }
  }
}
