package dev.whetstone.curation.cut;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
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
  private static final String LOCK = "hashtextextended('curation-blobs', 0)";
  private final Sql sql;
  private final ObjectStore store;

  public VoidedCutCleanup(Sql sql, ObjectStore store) {
    this.sql = sql;
    this.store = store;
  }

  /** Blocks deletions until the transaction ends, because it may need the same blobs. */
  void holdOff() {
    sql.query("select pg_advisory_xact_lock_shared(" + LOCK + ")", row -> 0);
  }

  /** Records the blobs that a batch needs. */
  void need(String batchId, Collection<String> blobs) {
    List<Object[]> rows = new ArrayList<>();
    blobs.forEach(blob -> rows.add(new Object[] {blob, batchId}));
    sql.updateAll("insert into batch_blob (blob, batch_id) values (?, ?)", rows);
  }

  void delete(Collection<String> keys) {
    sql.query("select pg_advisory_xact_lock(" + LOCK + ")", row -> 0);
    Set<String> needed =
        new HashSet<>(
            sql.query(
                "select blob from batch_blob where blob = any(?)", row -> row.getString(1), keys));
    keys.stream().filter(key -> !needed.contains(key)).forEach(store::delete);
  }
}
