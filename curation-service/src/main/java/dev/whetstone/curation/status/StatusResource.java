package dev.whetstone.curation.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.curation.cut.Cutter;
import dev.whetstone.curation.cut.SealRequests;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.Examples;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.kit.auth.Caller;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.auth.Scope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoops;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.problem.Problems;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/** A loop's curation: what is there, what is missing, what was sealed. */
@Path("/v1/loops/{loop}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StatusResource {
  private final DeclaredLoops loops;
  private final Cutter cutter;
  private final SealRequests requests;
  private final Receipts receipts;
  private final Examples examples;
  private final Batches batches;
  private final Caller caller;

  public StatusResource(
      DeclaredLoops loops,
      Cutter cutter,
      SealRequests requests,
      Receipts receipts,
      Examples examples,
      Batches batches,
      Caller caller) {
    this.loops = loops;
    this.cutter = cutter;
    this.requests = requests;
    this.receipts = receipts;
    this.examples = examples;
    this.batches = batches;
    this.caller = caller;
  }

  @GET
  @Path("/status")
  @RequiresScope(Scope.READ)
  @Transactional
  public LoopStatus status(@PathParam("loop") String name) {
    DeclaredLoop loop = loops.require(caller.loop(name));
    LoopId id = loop.id();
    var outlook = cutter.outlook(loop);
    var readiness = outlook.readiness();
    Map<Fate, Long> fates = receipts.counts(id);
    List<Batch> sealed = batches.all(id);
    return new LoopStatus(
        id.loop(),
        loop.revision(),
        loop.specSha256(),
        readiness.form(),
        readiness.train(),
        readiness.validation(),
        readiness.test(),
        SealRule.trainNeeded(loop.spec()),
        readiness.heldOut(),
        SealRule.heldOutNeeded(loop.spec()),
        readiness.heldOut() >= SealRule.heldOutNeeded(loop.spec()),
        Words.forecast(outlook.decision()),
        examples.count(id, ExampleState.QUARANTINED),
        fates.getOrDefault(Fate.WAITING, 0L),
        sealed.stream().map(BatchView::of).toList(),
        receipts.reasons(id),
        List.of(
            Words.receiving(fates),
            Words.curating(outlook.decision(), sealed, outlook.obstacle())));
  }

  /** Answer to a person who asked for a seal. */
  public record SealAsked(String loop, String message) {}

  /** Asks for a seal now; the reconciler takes it within moments. */
  @POST
  @Path("/seal")
  @RequiresScope(Scope.OPERATE)
  @Transactional
  public Response seal(@PathParam("loop") String name) {
    DeclaredLoop loop = loops.require(caller.loop(name));
    var readiness = cutter.ready(loop);
    if (readiness.train() < SealRule.LEAST_TRAIN) {
      throw new ProblemException(
          Problems.conflict(
              "not-enough-examples",
              "loop '%s' has %d new train examples ready; a batch needs at least %d"
                  .formatted(name, readiness.train(), SealRule.LEAST_TRAIN),
              "wait for more feedback; GET /v1/loops/" + name + "/status says how it goes"));
    }
    requests.add(loop.id(), caller.application());
    var answer = new SealAsked(name, "asked; the batch appears in the loop's status");
    return Response.accepted(answer).build();
  }
}
