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
import dev.whetstone.kit.paging.ListPage;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** A loop's sealed batches. */
@Path("/v1/loops/{loop}/batches")
@Produces(MediaType.APPLICATION_JSON)
@RequiresScope(KeyScope.READ)
@RunOnVirtualThread
public class BatchResource {
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

  /** The loop's batches by pages, first sealed first. */
  @GET
  @Transactional
  @APIResponse(
      responseCode = "200",
      description = "One page of batches, first sealed first",
      headers = @Header(name = "Link", description = ListPage.LINK_TEXT),
      content = @Content(schema = @Schema(implementation = BatchView[].class)))
  public Response list(
      @PathParam("loop") String loop,
      @Parameter(description = ListPage.LIMIT_TEXT) @QueryParam("limit") @Nullable Integer limit,
      @Parameter(description = ListPage.AFTER_TEXT) @QueryParam("after") @Nullable String after,
      @Context UriInfo uri) {
    int most = ListPage.limit(limit);
    LoopId id = loops.require(caller.loop(loop)).id();
    List<Batch> found = batches.after(id, sequence(after), most + 1);
    List<Batch> page = found.subList(0, Math.min(most, found.size()));
    String next = found.size() > most ? String.valueOf(page.getLast().sequence()) : null;
    return ListPage.of(page.stream().map(BatchView::of).toList(), next, uri);
  }

  private static long sequence(@Nullable String after) {
    try {
      return after == null ? 0 : Long.parseLong(after);
    } catch (NumberFormatException e) {
      throw ListPage.invalidCursor(after);
    }
  }

  /**
   * Reads manifest and card from the store and checks their digests. A mismatch is reported and
   * changes nothing: {@link dev.whetstone.curation.batch.BatchVerification} withdraws a batch whose
   * bytes stay wrong.
   */
  @GET
  @Path("/{batchId}")
  @APIResponse(responseCode = "200", description = "The batch, its manifest and its card")
  @APIResponse(responseCode = "404", description = "unknown-batch: the loop has no such batch")
  @APIResponse(
      responseCode = "503",
      description =
          "batch-unreadable: the store does not answer, or the bytes are not those that were"
              + " sealed. The batch is verified again by itself and withdrawn if that lasts")
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
      throw unreadable(
          e,
          "restore the object from a backup; a batch whose bytes stay wrong is withdrawn after"
              + " repeated checks");
    } catch (ObjectStoreException e) {
      throw unreadable(e, "try again when the object store can be read");
    }
  }

  private static ProblemException unreadable(ObjectStoreException fault, String remedy) {
    return new ProblemException(
        HttpProblems.unavailable("batch-unreadable", fault.getMessage(), remedy));
  }
}
