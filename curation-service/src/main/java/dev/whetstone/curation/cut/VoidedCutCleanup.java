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
 * Deletes what an interrupted seal of a void cut may have written: its files can hold the words of
 * somebody who was erased since. A blob that a sealed batch holds stays.
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

  /** Until the transaction ends nobody deletes: the same bytes may be about to be needed. */
  void holdOff() {
    sql.query("select pg_advisory_xact_lock_shared(" + LOCK + ")", row -> 0);
  }

  /** Notes what a batch holds. */
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
