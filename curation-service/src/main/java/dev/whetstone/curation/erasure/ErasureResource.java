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
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The progress of an erasure. */
@Path("/v1/erasures/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ErasureResource {
  private static final int MOST_LOOPS = 1_000;

  private final ErasureRepository erasures;
  private final ErasureConfig config;
  private final ApiCaller caller;
  private final Clock clock;

  public ErasureResource(
      ErasureRepository erasures, ErasureConfig config, ApiCaller caller, Clock clock) {
    this.erasures = erasures;
    this.config = config;
    this.caller = caller;
    this.clock = clock;
  }

  /**
   * @param state {@code erasing} until curation's rows are erased in every loop; {@code retained}
   *     while others hold some of it; {@code overdue} when their date has passed; {@code done}
   * @param until latest date of what is retained; absent when nothing is
   * @param holders who holds what
   * @param loops the loops that held something of the subject, at most 1000
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ErasureView(
      String erasureId,
      String state,
      Instant watermark,
      @Nullable Instant until,
      List<ErasureProgress.Holder> holders,
      List<PerLoop> loops) {
    public ErasureView {
      holders = List.copyOf(holders);
      loops = List.copyOf(loops);
    }
  }

  /**
   * @param state {@code erasing} or {@code done}, of curation's rows
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
    var progress =
        ErasureProgress.of(found, config.deadline(), config.topicRetention(), clock.instant());
    return new ErasureView(
        id,
        progress.state(),
        found.getFirst().tombstone().watermark(),
        progress.until(),
        progress.holders(),
        found.stream()
            .filter(ErasureResource::isListed)
            .limit(MOST_LOOPS)
            .map(ErasureResource::perLoop)
            .toList());
  }

  /** Loops without anything of the subject are not listed. */
  private static boolean isListed(Erasure erasure) {
    return !erasure.done() || erasure.events() > 0;
  }

  private static PerLoop perLoop(Erasure erasure) {
    return new PerLoop(
        erasure.loop().loop(),
        erasure.done() ? ErasureProgress.DONE : ErasureProgress.ERASING,
        erasure.events(),
        erasure.examples(),
        erasure.tainted().size(),
        erasure.requestedAt(),
        erasure.doneAt());
  }
}
