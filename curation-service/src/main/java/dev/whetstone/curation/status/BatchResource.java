package dev.whetstone.curation.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.kit.auth.Caller;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.auth.Scope;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoops;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.problem.Problems;
import dev.whetstone.kit.store.ObjectStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A loop's sealed batches. */
@Path("/v1/loops/{loop}/batches")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(Scope.READ)
@RunOnVirtualThread
public class BatchResource {
  private final Batches batches;
  private final ObjectStore store;
  private final DeclaredLoops loops;
  private final Caller caller;

  public BatchResource(Batches batches, ObjectStore store, DeclaredLoops loops, Caller caller) {
    this.batches = batches;
    this.store = store;
    this.loops = loops;
    this.caller = caller;
  }

  /** A batch with its manifest and its card in Markdown. */
  public record WholeBatch(BatchView batch, JsonNode manifest, String card) {}

  @GET
  @Transactional
  public List<BatchView> list(@PathParam("loop") String loop) {
    return batches.all(loops.require(caller.loop(loop)).id()).stream().map(BatchView::of).toList();
  }

  /** Reads manifest and card from the store, and checks their digests. */
  @GET
  @Path("/{batchId}")
  @Transactional
  public WholeBatch get(@PathParam("loop") String loop, @PathParam("batchId") String batchId) {
    Batch batch =
        batches
            .find(caller.loop(loop), batchId)
            .orElseThrow(
                () ->
                    new ProblemException(
                        Problems.notFound(
                            "unknown-batch",
                            "loop '" + loop + "' has no batch '" + batchId + "'",
                            "see GET /v1/loops/" + loop + "/batches")));
    byte[] manifest = store.readVerified(batch.manifestKey(), batch.batchId());
    String cardDigest = batch.cardKey().substring(batch.cardKey().lastIndexOf('/') + 1);
    byte[] card = store.readVerified(batch.cardKey(), cardDigest);
    return new WholeBatch(
        BatchView.of(batch),
        Json.read(manifest, JsonNode.class),
        new String(card, StandardCharsets.UTF_8));
  }
}
