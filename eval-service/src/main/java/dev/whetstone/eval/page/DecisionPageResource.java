package dev.whetstone.eval.page;

import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.decision.DecisionResource;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.kit.auth.ApiKeyCheck;
import dev.whetstone.kit.auth.AuthenticatesItself;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.problem.Problem;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pages of decisions, for a key or for the session of a single-use link. No key ever stands in
 * a URL: browsers store URLs, and servers log them.
 */
@Path("/decisions/{id}")
@RunOnVirtualThread
public class DecisionPageResource {
  private static final String COOKIE = "whetstone-page";
  private final DecisionRepository decisions;
  private final EvidenceStore evidence;
  private final DecisionLinkRepository links;
  private final ApiKeyCheck keys;
  private final EvalConfig config;

  public DecisionPageResource(
      DecisionRepository decisions,
      EvidenceStore evidence,
      DecisionLinkRepository links,
      ApiKeyCheck keys,
      EvalConfig config) {
    this.decisions = decisions;
    this.evidence = evidence;
    this.links = links;
    this.keys = keys;
    this.config = config;
  }

  /** The page. It loads nothing and runs no script; the headers enforce this. */
  @GET
  @Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
  @AuthenticatesItself(by = "an API key with the scope read, or the session of a link")
  public Response page(
      @PathParam("id") String id,
      @HeaderParam("Authorization") @Nullable String authorization,
      @CookieParam(COOKIE) @Nullable String session) {
    String tenant =
        Optional.ofNullable(session)
            .flatMap(cookie -> links.tenant(id, cookie))
            .orElseGet(() -> keys.require(authorization, null, KeyScope.READ).tenant());
    Decision decision = decisions.find(tenant, id).orElseThrow(() -> DecisionResource.unknown(id));
    String uri = decision.body().evidenceUri();
    String html =
        uri == null
            ? DecisionPage.render(decision, List.of(), List.of())
            : DecisionPage.render(decision, evidence.scores(uri), evidence.texts(uri));
    return Response.ok(html)
        .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store")
        .build();
  }

  /** Programs that preview links must not use them up. */
  @HEAD
  @Path("/open/{token}")
  @AuthenticatesItself(by = "nothing: it tells nothing")
  public Response preview() {
    return Response.noContent().build();
  }

  /** Uses a link up: opens a session for the page, in a cookie, and leads to the page. */
  @GET
  @Path("/open/{token}")
  @Produces(MediaType.TEXT_PLAIN)
  @AuthenticatesItself(by = "the single-use link")
  public Response open(
      @PathParam("id") String id, @PathParam("token") String token, @Context UriInfo request) {
    String session =
        links
            .open(id, token, config.pageSession())
            .orElseThrow(
                () ->
                    new ProblemException(
                        new Problem(
                            410,
                            "link-ended",
                            "Gone",
                            "the link was used already, has expired or never existed",
                            null,
                            "make a new one with POST /v1/decisions/{id}/link")));
    return Response.seeOther(URI.create("/decisions/" + id))
        .cookie(
            new NewCookie.Builder(COOKIE)
                .value(session)
                .path("/decisions/" + id)
                .maxAge(Math.toIntExact(config.pageSession().toSeconds()))
                .httpOnly(true)
                .secure("https".equals(request.getRequestUri().getScheme()))
                .sameSite(NewCookie.SameSite.STRICT)
                .build())
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store")
        .build();
  }
}
