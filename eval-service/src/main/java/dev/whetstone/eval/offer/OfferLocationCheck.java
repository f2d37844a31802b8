package dev.whetstone.eval.offer;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.tenant.InputFolders;
import dev.whetstone.kit.tenant.InputRefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks that what a tenant offers is the tenant's own: it lies in the tenant's upload area of the
 * object store, or a run of one of the tenant's loops made it. The store as a whole holds the
 * adapters of every tenant.
 */
@ApplicationScoped
public class OfferLocationCheck {
  /** Keys of the upload areas; the tenant's name follows. */
  static final String UPLOADS = "offers/";

  private static final int MOST_FILES = 1_000;
  private final CheckpointRepository checkpoints;
  private final ObjectStore store;

  public OfferLocationCheck(CheckpointRepository checkpoints, ObjectStore store) {
    this.checkpoints = checkpoints;
    this.store = store;
  }

  /** Whether a run of one of the tenant's loops made exactly this checkpoint. */
  boolean isOwnRun(String tenant, String checkpointId, String manifestUri, String adapterUri) {
    return checkpoints.byPrefix(tenant, checkpointId).stream()
        .map(Checkpoint::ready)
        .anyMatch(known -> isSame(known, checkpointId, manifestUri, adapterUri));
  }

  /**
   * Whether something lies in the tenant's upload area, after links.
   *
   * @throws dev.whetstone.kit.store.ObjectStoreException when it does not lie in the store
   */
  boolean isUpload(String tenant, URI uri) {
    String area = UPLOADS + tenant;
    if (!store.key(uri).startsWith(area + "/")) {
      return false;
    }
    if (!"file".equalsIgnoreCase(uri.getScheme())) {
      return true;
    }
    Path folder = Path.of(store.uri(area));
    InputFolders uploads = InputFolders.of(unused -> List.of(folder), List.of(), null);
    try {
      Path unused = uploads.requireDirectory(tenant, Path.of(uri), MOST_FILES);
      return true;
    } catch (InputRefusedException e) {
      return false;
    }
  }

  private static boolean isSame(
      CheckpointReady known, String checkpointId, String manifestUri, String adapterUri) {
    return known.checkpointId().equals(checkpointId)
        && known.manifestUri().equals(manifestUri)
        && known.adapterUri().equals(adapterUri);
  }
}
