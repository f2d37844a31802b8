package dev.whetstone.curation.erasure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The progress of an erasure. */
@Path("/v1/erasures/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ErasureResource {
  private final ErasureRepository erasures;
  private final ApiCaller caller;

  public ErasureResource(ErasureRepository erasures, ApiCaller caller) {
    this.erasures = erasures;
    this.caller = caller;
  }

  /**
   * @param state {@code done} when it is done in every loop
   */
  public record ErasureView(
      String erasureId, String state, Instant watermark, List<PerLoop> loops) {
    public ErasureView {
      loops = List.copyOf(loops);
    }
  }

  /**
   * @param events number of events whose content was erased
   * @param examples number of examples erased
   * @param taintedBatches number of sealed batches that held some of them
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PerLoop(
      String loop,
      String state,
      int events,
      int examples,
      int taintedBatches,
      Instant requestedAt,
      @Nullable Instant doneAt) {}

  @GET
  @RequiresScope({KeyScope.ERASE, KeyScope.READ})
  @Transactional
  public ErasureView get(@PathParam("id") String id) {
    List<Erasure> found = erasures.find(caller.tenant(), id);
    if (found.isEmpty()) {
      throw new ProblemException(
          HttpProblems.notFound(
              "unknown-erasure",
              "curation has received no erasure '" + id + "'",
              "check the id; if the request is new, try again in a moment"));
    }
    boolean done = found.stream().allMatch(Erasure::done);
    return new ErasureView(
        id,
        done ? "done" : "open",
        found.getFirst().tombstone().watermark(),
        found.stream().map(ErasureResource::perLoop).toList());
  }

  private static PerLoop perLoop(Erasure erasure) {
    return new PerLoop(
        erasure.loop().loop(),
        erasure.done() ? "done" : "open",
        erasure.events(),
        erasure.examples(),
        erasure.batches(),
        erasure.requestedAt(),
        erasure.doneAt());
  }
}
