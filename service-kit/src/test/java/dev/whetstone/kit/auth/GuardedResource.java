package dev.whetstone.kit.auth;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;

/** A resource that requires scopes, for the tests. */
@Path("/guarded")
public class GuardedResource {
  private final ApiCaller caller;

  GuardedResource(ApiCaller caller) {
    this.caller = caller;
  }

  record Body(List<Integer> numbers) {}

  @GET
  @RequiresScope(KeyScope.READ)
  public String read() {
    return caller.tenant();
  }

  @POST
  @Produces(MediaType.TEXT_PLAIN)
  @RequiresScope({KeyScope.INGEST, KeyScope.IMPORT})
  public String write(Body body) {
    return body.numbers().toString();
  }

  @GET
  @Path("loops/{loop}")
  @RequiresScope(KeyScope.READ)
  public String loop(@PathParam("loop") String loop) {
    return caller.loop(loop).key();
  }

  @GET
  @Path("forgotten")
  public String forgotten() {
    return "open";
  }

  @GET
  @Path("busy")
  @AuthenticatesItself(by = "nothing, for the tests")
  public String busy() {
    throw new ProblemException(
        HttpProblems.unavailable("busy", "no room", "come back"), Duration.ofMillis(1200));
  }

  @GET
  @Path("broken")
  @AuthenticatesItself(by = "nothing, for the tests")
  public String broken() {
    throw new IllegalStateException("secret detail");
  }
}
