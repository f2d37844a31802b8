package dev.whetstone.training.retention;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the objects of ended runs, all but their checkpoints, and the adapters of checkpoints
 * that were not promoted. Objects are deleted outside of transactions; a kill in between repeats
 * deletions.
 */
@ApplicationScoped
public class RunObjectSweep {
  private static final Logger LOG = Logger.getLogger(RunObjectSweep.class);

  /** Runs or checkpoints per pass. */
  static final int CHUNK = 50;

  private final Sql sql;
  private final ObjectStore store;

  public RunObjectSweep(Sql sql, ObjectStore store) {
    this.sql = sql;
    this.store = store;
  }

  /**
   * A row whose objects are due.
   *
   * @param manifestUri of its checkpoint; absent for a run without one
   */
  private record Due(String id, @Nullable String manifestUri) {}

  /** Resume points, copied rows, and what attempts without a checkpoint wrote. */
  int sweepRuns(Instant before, Instant now) {
    List<Due> runs =
        sql.query(
            """
            select r.run_id, c.manifest_uri from run r
            left join checkpoint c on c.checkpoint_id = r.checkpoint_id
            where r.ended_at < ? and r.objects_swept_at is null
            order by r.ended_at limit ?
            """,
            row -> new Due(row.getString(1), row.getString(2)),
            before,
            CHUNK);
    return endEach(
        runs,
        run -> {
          Predicate<String> kept =
              run.manifestUri() == null ? _ -> false : ofCheckpoint(folder(run.manifestUri()));
          delete(RunObjectKeys.ofRun(run.id()), kept);
          sql.updateInNewTransaction(
              "update run set objects_swept_at = ? where run_id = ?", now, run.id());
        });
  }

  /** The manifest and the metrics of a checkpoint stay: they are small and explain a decision. */
  int sweepAdapters(Instant before, Instant now) {
    List<Due> checkpoints =
        sql.query(
            """
            select c.checkpoint_id, c.manifest_uri from checkpoint c
            where c.state in ('rejected', 'failed', 'rolled_back') and c.decided_at < ?
              and c.adapter_deleted_at is null
              and not exists (select 1 from champion h where h.tenant = c.tenant
                and h.loop = c.loop and h.checkpoint_id = c.checkpoint_id)
              and not exists (select 1 from run r where r.tenant = c.tenant and r.loop = c.loop
                and r.state in ('waiting', 'active')
                and r.plan ->> 'parentCheckpointId' = c.checkpoint_id)
            order by c.decided_at limit ?
            """,
            row -> new Due(row.getString(1), row.getString(2)),
            before,
            CHUNK);
    return endEach(
        checkpoints,
        checkpoint -> {
          delete(folder(String.valueOf(checkpoint.manifestUri())) + "adapter/", _ -> false);
          sql.updateInNewTransaction(
              "update checkpoint set adapter_deleted_at = ? where checkpoint_id = ?",
              now,
              checkpoint.id());
        });
  }

  /** What the store cannot delete at present is tried again by a later pass. */
  private static int endEach(List<Due> all, Consumer<Due> end) {
    int ended = 0;
    for (Due due : all) {
      try {
        end.accept(due);
        ended++;
      } catch (ObjectStoreException e) {
        LOG.warnf("retention-objects-kept of=%s reason=%s", due.id(), e.getMessage());
      }
    }
    return ended;
  }

  private String folder(String manifestUri) {
    return RunObjectKeys.folder(store.key(URI.create(manifestUri)));
  }

  private static Predicate<String> ofCheckpoint(String folder) {
    return key ->
        key.startsWith(folder + "adapter/")
            || key.equals(folder + "manifest.json")
            || key.equals(folder + "metrics.jsonl");
  }

  private void delete(String prefix, Predicate<String> kept) {
    store.list(prefix).map(ObjectPage.Entry::key).filter(kept.negate()).forEach(store::delete);
  }
}
