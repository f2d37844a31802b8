package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes files that an interrupted seal of a void cut may have written: they can contain data of
 * an end user who has been erased since. Blobs that a sealed batch needs stay.
 */
@ApplicationScoped
public class VoidedCutCleanup {
  private final Sql sql;
  private final ObjectStore store;
  private final BlobLock blobs;

  VoidedCutCleanup(Sql sql, ObjectStore store, BlobLock blobs) {
    this.sql = sql;
    this.store = store;
    this.blobs = blobs;
  }

  private record VoidedCut(String cutId, List<String> planned) {}

  /** Records the blobs that a batch needs, in the transaction that records the batch. */
  void need(String batchId, Collection<String> blobs) {
    List<Object[]> rows = new ArrayList<>();
    blobs.forEach(blob -> rows.add(new Object[] {blob, batchId}));
    sql.updateAll("insert into batch_blob (blob, batch_id) values (?, ?)", rows);
  }

  /** Deletes what the loop's void cuts left behind; outside of transactions. */
  void deleteLeftovers(LoopId loop) {
    if (voided(loop).isEmpty()) {
      return;
    }
    boolean unused =
        blobs.whileDeleting(
            () -> {
              voided(loop).forEach(this::delete);
              return true;
            });
  }

  private List<VoidedCut> voided(LoopId loop) {
    return sql.query(
        """
        select cut_id, planned from cut
        where tenant = ? and loop = ? and state = 'void' and cardinality(planned) > 0
        """,
        row -> new VoidedCut(row.getString("cut_id"), Sql.texts(row, "planned")),
        loop.tenant(),
        loop.loop());
  }

  private void delete(VoidedCut cut) {
    Set<String> needed =
        new HashSet<>(
            sql.query(
                """
                select blob from batch_blob where blob = any(?)
                union select manifest_key from batch where manifest_key = any(?)
                """,
                row -> row.getString(1),
                cut.planned(),
                cut.planned()));
    cut.planned().stream().filter(key -> !needed.contains(key)).forEach(store::delete);
    QuarkusTransaction.requiringNew()
        .run(() -> sql.update("update cut set planned = '{}' where cut_id = ?", cut.cutId()));
  }
}
