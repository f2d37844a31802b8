package dev.whetstone.kit.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.whetstone.kit.json.JsonPointers;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Turns every error of a request into a problem that discloses no internals. */
public class ProblemMappers {
  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  @ServerExceptionMapper
  public Response problem(ProblemException e) {
    Response.ResponseBuilder response = response(e.problem());
    if (e.retryAfter() != null) {
      response.header("Retry-After", Math.max(1, (e.retryAfter().toMillis() + 999) / 1000));
    }
    return response.build();
  }

  @ServerExceptionMapper
  public Response malformed(JacksonException e) {
    String place =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    String pointer =
        e instanceof JsonMappingException mapping ? JsonPointers.of(mapping.getPath()) : null;
    return response(
            HttpProblems.badRequest(
                "malformed-json", e.getOriginalMessage() + place, pointer, "send well-formed JSON"))
        .build();
  }

  /**
   * Quarkus has its own mapper for this exception, which only a mapper for the same type replaces.
   */
  @ServerExceptionMapper
  public Response mismatched(MismatchedInputException e) {
    return malformed(e);
  }

  @ServerExceptionMapper
  public Response webApplication(WebApplicationException e) {
    if (e.getCause() instanceof JacksonException jackson) {
      return malformed(jackson);
    }
    int status = e.getResponse().getStatus();
    String code =
        switch (status) {
          case 400 -> "bad-request";
          case 404 -> "no-such-resource";
          case 405 -> "method-not-allowed";
          case 406 -> "not-acceptable";
          case 413 -> "body-too-large";
          case 415 -> "unsupported-media-type";
          default -> "http-" + status;
        };
    String title =
        Response.Status.fromStatusCode(status) == null
            ? "Error"
            : Response.Status.fromStatusCode(status).getReasonPhrase();
    String detail = String.valueOf(e.getMessage());
    return response(new Problem(status, code, title, detail, null, remedy(status))).build();
  }

  private static @Nullable String remedy(int status) {
    return switch (status) {
      case 404 -> "check the path; write a slash in a name as %2F";
      case 405 -> "use another method; OPTIONS on the same path lists the allowed ones";
      case 406 ->
          "accept application/json, or the type that the API documentation of the path names";
      case 415 -> "send application/json, or the type that the API documentation of the path names";
      default -> null;
    };
  }

  @ServerExceptionMapper
  public Response unexpected(RuntimeException e) {
    LOG.error("request-failed", e);
    return response(
            new Problem(
                500,
                "internal",
                "Internal error",
                "the request failed",
                null,
                "try again; if the error persists, see the service's log"))
        .build();
  }

  private static Response.ResponseBuilder response(Problem problem) {
    return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
  }
}
