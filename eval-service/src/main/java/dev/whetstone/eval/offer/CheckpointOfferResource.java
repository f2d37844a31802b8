package dev.whetstone.eval.offer;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.eval.batch.SealedBatchRepository;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionApproval;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.timeline.CheckpointTimeline;
import dev.whetstone.eval.timeline.CheckpointTimelineReader;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.store.ObjectStoreException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
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
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Accepts adapters that were trained elsewhere, and lists the loop's checkpoints. */
@Path("/v1/loops/{loop}/checkpoints")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CheckpointOfferResource {
  private static final String UPLOAD =
      "copy the checkpoint's folder to offers/<your tenant>/ of the object store and give its URI";
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private final LoopRegistry registry;
  private final CheckpointRepository checkpoints;
  private final SealedBatchRepository batches;
  private final ChampionRepository champions;
  private final EvaluationRepository evaluations;
  private final DecisionRepository decisions;
  private final DecisionApproval approval;
  private final CheckpointTimelineReader timelines;
  private final OfferLocationCheck locations;
  private final ApiCaller caller;

  public CheckpointOfferResource(
      LoopRegistry registry,
      CheckpointRepository checkpoints,
      SealedBatchRepository batches,
      ChampionRepository champions,
      EvaluationRepository evaluations,
      DecisionRepository decisions,
      DecisionApproval approval,
      CheckpointTimelineReader timelines,
      OfferLocationCheck locations,
      ApiCaller caller) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.batches = batches;
    this.champions = champions;
    this.evaluations = evaluations;
    this.decisions = decisions;
    this.approval = approval;
    this.timelines = timelines;
    this.locations = locations;
    this.caller = caller;
  }

  /**
   * A page of the loop's checkpoints ({@link CheckpointTimeline} without the worst items), newest
   * first.
   */
  @GET
  @RequiresScope(KeyScope.READ)
  public Response all(
      @PathParam("loop") String name,
      @QueryParam("limit") @Nullable Integer limit,
      @QueryParam("before") @Nullable String before,
      @Context UriInfo uri) {
    NewestFirstPage page = NewestFirstPage.of(limit, before);
    return page.response(
        checkpoints.page(known(name), page), uri, Checkpoint::id, timelines::summary);
  }

  /**
   * Offers a checkpoint in the object store. Answers 202; the checkpoint's timeline shows the
   * progress. A checkpoint that was evaluated against an earlier champion is evaluated again,
   * against the current one. The rollout of a promoted one that failed is started again.
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(KeyScope.OPERATE)
  public Response offer(@PathParam("loop") String name, @Nullable CheckpointOffer offer) {
    LoopId loop = known(name);
    CheckpointReady offered = checked(offer);
    requireKnown(loop, offered.batchIds());
    if (!checkpoints.offer(loop, offered)) {
      evaluateAgain(loop, offered.checkpointId());
    }
    return Response.accepted(
            timelines.read(checkpoints.find(loop, offered.checkpointId()).orElseThrow()))
        .build();
  }

  private void evaluateAgain(LoopId loop, String checkpointId) {
    champions
        .current(loop)
        .filter(champion -> !checkpointId.equals(champion.checkpointId()))
        .filter(champion -> !evaluations.beginAgain(loop, checkpointId, champion.generation()))
        .flatMap(champion -> promotion(loop, checkpointId, champion))
        .ifPresent(approval::restartRollout);
  }

  private Optional<Decision> promotion(LoopId loop, String checkpointId, Champion against) {
    return decisions.about(loop, checkpointId).stream()
        .filter(decision -> decision.body().championGeneration() == against.generation())
        .filter(decision -> decision.verdict() == Verdict.PROMOTE)
        .findFirst();
  }

  /** An evaluation would wait indefinitely for a batch that does not exist. */
  private void requireKnown(LoopId loop, List<String> batchIds) {
    for (String unknown : batches.unknown(loop, batchIds)) {
      String pointer = "/batchIds/" + batchIds.indexOf(unknown);
      throw new ProblemException(
          HttpProblems.unprocessable(
              "unknown-batch",
              "the loop has no sealed batch '" + unknown + "'",
              pointer,
              "name batches of this loop, or none for an adapter that was trained on other data;"
                  + " if the batch was sealed a moment ago, send the offer again"));
    }
  }

  private CheckpointReady checked(@Nullable CheckpointOffer offer) {
    if (offer == null) {
      throw malformed("the request has no body", "", "send a checkpoint.ready object");
    }
    if (offer.checkpointId() == null || !SHA256.matcher(offer.checkpointId()).matches()) {
      throw malformed(
          "checkpointId is '" + offer.checkpointId() + "'",
          "/checkpointId",
          "give the SHA-256 of the checkpoint's manifest, 64 hex digits");
    }
    String manifestUri = require("/manifestUri", offer.manifestUri());
    String adapterUri = require("/adapterUri", offer.adapterUri());
    if (!locations.isOwnRun(caller.tenant(), offer.checkpointId(), manifestUri, adapterUri)) {
      requireUpload("/manifestUri", manifestUri);
      requireUpload("/adapterUri", adapterUri);
    }
    if (offer.batchIds() != null && offer.batchIds().contains(null)) {
      throw malformed("batchIds contains null", "/batchIds", "name batches, or none");
    }
    return offer.ready();
  }

  private static String require(String pointer, @Nullable String value) {
    if (value == null) {
      throw malformed(pointer + " is missing", pointer, UPLOAD);
    }
    return value;
  }

  private void requireUpload(String pointer, String uri) {
    try {
      if (locations.isUpload(caller.tenant(), URI.create(uri))) {
        return;
      }
    } catch (ObjectStoreException | IllegalArgumentException e) {
      throw malformed(pointer + " is not in the object store: " + e.getMessage(), pointer, UPLOAD);
    }
    throw new ProblemException(
        HttpProblems.unprocessable(
            "outside-tenant",
            "%s is neither below '%s%s/' of the object store nor of a run of your loops"
                .formatted(pointer, OfferLocationCheck.UPLOADS, caller.tenant()),
            pointer,
            UPLOAD));
  }

  private static ProblemException malformed(String detail, String pointer, String remedy) {
    return new ProblemException(
        HttpProblems.badRequest("malformed-checkpoint", detail, pointer, remedy));
  }

  private LoopId known(String name) {
    LoopId loop = caller.loop(name);
    return registry.require(loop).id();
  }
}
