package dev.whetstone.curation.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.auth.RequiresScope;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.store.CorruptObjectException;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;

/** A loop's sealed batches. */
@Path("/v1/loops/{loop}/batches")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(KeyScope.READ)
@RunOnVirtualThread
public class BatchResource {
  private static final Logger LOG = Logger.getLogger(BatchResource.class);
  private final BatchRepository batches;
  private final ObjectStore store;
  private final DeclaredLoopRepository loops;
  private final ApiCaller caller;

  public BatchResource(
      BatchRepository batches, ObjectStore store, DeclaredLoopRepository loops, ApiCaller caller) {
    this.batches = batches;
    this.store = store;
    this.loops = loops;
    this.caller = caller;
  }

  /** A batch with its manifest and its dataset card in Markdown. */
  public record WholeBatch(BatchView batch, JsonNode manifest, String card) {}

  @GET
  @Transactional
  public List<BatchView> list(@PathParam("loop") String loop) {
    return batches.all(loops.require(caller.loop(loop)).id()).stream().map(BatchView::of).toList();
  }

  /**
   * Reads manifest and card from the store and checks their digests. A batch whose bytes have
   * changed since it was sealed must not be used any more.
   */
  @GET
  @Path("/{batchId}")
  @APIResponse(responseCode = "200", description = "The batch, its manifest and its card")
  @APIResponse(responseCode = "404", description = "unknown-batch: the loop has no such batch")
  @APIResponse(
      responseCode = "503",
      description =
          "batch-unreadable: the store does not answer, or the bytes have changed; in that case the"
              + " batch is withdrawn")
  public WholeBatch get(@PathParam("loop") String loop, @PathParam("batchId") String batchId) {
    LoopId id = caller.loop(loop);
    Batch batch =
        QuarkusTransaction.requiringNew()
            .call(() -> batches.find(id, batchId))
            .orElseThrow(
                () ->
                    new ProblemException(
                        HttpProblems.notFound(
                            "unknown-batch",
                            "loop '" + loop + "' has no batch '" + batchId + "'",
                            "see GET /v1/loops/" + loop + "/batches")));
    try {
      byte[] manifest = store.readVerified(batch.manifestKey(), batch.batchId());
      String cardDigest = batch.cardKey().substring(batch.cardKey().lastIndexOf('/') + 1);
      byte[] card = store.readVerified(batch.cardKey(), cardDigest);
      return new WholeBatch(
          BatchView.of(batch),
          Json.read(manifest, JsonNode.class),
          new String(card, StandardCharsets.UTF_8));
    } catch (CorruptObjectException e) {
      QuarkusTransaction.requiringNew().run(() -> batches.withdraw(batch.batchId()));
      LOG.errorf("batch-withdrawn loop=%s reason=%s", batch.loop(), e.getMessage());
      throw unreadable(
          e,
          "the batch is withdrawn and later ones are cut without it; restore the object from a"
              + " backup to read it");
    } catch (ObjectStoreException e) {
      throw unreadable(e, "try again when the object store can be read");
    }
  }

  private static ProblemException unreadable(ObjectStoreException fault, String remedy) {
    return new ProblemException(
        HttpProblems.unavailable("batch-unreadable", fault.getMessage(), remedy));
  }
}
