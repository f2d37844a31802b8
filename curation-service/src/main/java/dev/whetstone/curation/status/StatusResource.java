package dev.whetstone.curation.status;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCount;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.cut.SealOutlookReader;
import dev.whetstone.curation.erasure.ErasureConfig;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.fate.ResentEventRepository;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The state of a loop's curation, and requests to seal. */
@Path("/v1/loops/{loop}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StatusResource {
  /** Batches in the status; GET .../batches lists all of them by pages. */
  private static final int NEWEST_BATCHES = 20;

  private final DeclaredLoopRepository loops;
  private final SealOutlookReader outlooks;
  private final SealRequestRepository requests;
  private final ReceiptRepository receipts;
  private final ResentEventRepository resentEvents;
  private final LoopCountRepository counts;
  private final BatchRepository batches;
  private final ErasureRepository erasures;
  private final ErasureConfig config;
  private final ApiCaller caller;
  private final Clock clock;

  public StatusResource(
      DeclaredLoopRepository loops,
      SealOutlookReader outlooks,
      SealRequestRepository requests,
      ReceiptRepository receipts,
      ResentEventRepository resentEvents,
      LoopCountRepository counts,
      BatchRepository batches,
      ErasureRepository erasures,
      ErasureConfig config,
      ApiCaller caller,
      Clock clock) {
    this.loops = loops;
    this.outlooks = outlooks;
    this.requests = requests;
    this.receipts = receipts;
    this.resentEvents = resentEvents;
    this.counts = counts;
    this.batches = batches;
    this.erasures = erasures;
    this.config = config;
    this.caller = caller;
    this.clock = clock;
  }

  @GET
  @Path("/status")
  @RequiresScope(KeyScope.READ)
  @Transactional
  public LoopStatus status(@PathParam("loop") String name) {
    DeclaredLoop loop = loops.require(caller.loop(name));
    LoopId id = loop.id();
    var outlook = outlooks.outlook(loop);
    var readiness = outlook.readiness();
    Map<Fate, Long> fates = receipts.counts(id);
    List<Batch> sealed = batches.newest(id, NEWEST_BATCHES);
    Map<String, Long> funnel = receipts.reasons(id);
    long conflicts = resentEvents.counts(id).conflicts();
    if (conflicts > 0) {
      funnel.merge(ReasonCodes.ID_CONFLICT, conflicts, Long::sum);
    }
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
        ConditionMessages.forecast(outlook.decision()),
        counts.of(id, CountKind.EXAMPLE, ExampleState.QUARANTINED.wireName()).stream()
            .mapToLong(LoopCount::n)
            .sum(),
        fates.getOrDefault(Fate.WAITING, 0L),
        sealed.stream().map(BatchView::of).toList(),
        funnel,
        Stream.of(
                ConditionMessages.receiving(fates),
                ConditionMessages.curating(outlook.decision(), sealed, outlook.blocker()),
                ConditionMessages.erasing(
                    erasures.unfinished(id), config.deadline(), clock.instant()))
            .filter(Objects::nonNull)
            .toList());
  }

  /** The answer to a seal request. */
  public record SealAsked(String loop, String message) {}

  /** Requests a seal now; the reconciler carries it out within seconds. */
  @POST
  @Path("/seal")
  @RequiresScope(KeyScope.OPERATE)
  @Transactional
  public Response seal(@PathParam("loop") String name) {
    DeclaredLoop loop = loops.require(caller.loop(name));
    if (loop.isPaused()) {
      throw new ProblemException(
          HttpProblems.conflict(
              "loop-paused",
              "loop '%s' is paused, so nothing is sealed".formatted(name),
              "resume it first: POST /v1/loops/" + name + "/resume (eval)"));
    }
    var readiness = outlooks.ready(loop);
    if (readiness.train() < SealRule.LEAST_TRAIN) {
      throw new ProblemException(
          HttpProblems.conflict(
              "not-enough-examples",
              "loop '%s' has %d new train examples ready; a batch needs at least %d"
                  .formatted(name, readiness.train(), SealRule.LEAST_TRAIN),
              "wait for more feedback; GET /v1/loops/" + name + "/status shows the progress"));
    }
    requests.add(loop.id(), caller.application());
    var answer = new SealAsked(name, "requested; the batch appears in the loop's status");
    return Response.accepted(answer).build();
  }
}
