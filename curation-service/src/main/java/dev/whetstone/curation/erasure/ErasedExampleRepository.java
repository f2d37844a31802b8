package dev.whetstone.curation.erasure;

import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.ExampleFeatureRepository;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Erases examples, and taints the sealed batches that hold them. In the caller's transaction. */
@ApplicationScoped
class ErasedExampleRepository {
  private final BatchRepository batches;
  private final ExampleFeatureRepository features;
  private final ErasureConfig config;
  private final Sql sql;

  ErasedExampleRepository(
      BatchRepository batches, ExampleFeatureRepository features, ErasureConfig config, Sql sql) {
    this.batches = batches;
    this.features = features;
    this.config = config;
    this.sql = sql;
  }

  /** An example formed from covered events. */
  record Formed(String rowId, String exampleId, @Nullable String batchId) {}

  /** Locks the examples formed from these events that are not erased yet. */
  List<Formed> ofEvents(List<String> keys) {
    return sql.query(
        """
        select row_id, example_id, batch_id from example
        where row_id in (select row_id from example_event where event_key = any(?))
          and state <> 'erased' and not (state = 'cut' and unwanted and body is null)
        order by row_id for update
        """,
        ErasedExampleRepository::formed,
        keys);
  }

  private static Formed formed(ResultSet row) throws SQLException {
    return new Formed(
        row.getString("row_id"), row.getString("example_id"), row.getString("batch_id"));
  }

  /** Locks the subject's examples of which the events have ended. */
  List<Formed> ofSubject(Erasure erasure, int most) {
    boolean person = erasure.tombstone().subject() == Subject.END_USER;
    String digest = person ? erasure.tombstone().digest() : null;
    return sql.query(
        """
        select row_id, example_id, batch_id from example
        where tenant = ? and loop = ? and state <> 'erased' and state <> 'cut' and received_at <= ?
          and origin like 'ended:%'
          and (end_user_digest = ? or response_end_user_digest = ? or conversation_key = ?)
        order by row_id limit ? for update
        """,
        ErasedExampleRepository::formed,
        erasure.loop().tenant(),
        erasure.loop().loop(),
        erasure.tombstone().watermark().plus(config.clockTolerance()),
        digest,
        digest,
        erasure.conversationKey(),
        most);
  }

  /** Erases examples and taints their batches; the ids of those. */
  Set<String> forget(Erasure erasure, List<Formed> formed) {
    Map<String, List<String>> tainted = new TreeMap<>();
    for (Formed one : formed) {
      if (one.batchId() != null) {
        tainted.computeIfAbsent(one.batchId(), _ -> new ArrayList<>()).add(one.exampleId());
      }
    }
    forgetExamples(formed.stream().map(Formed::rowId).toList());
    tainted.forEach(
        (batch, ids) -> batches.taint(erasure.loop(), batch, "erasure", ids, erasure.erasureId()));
    return tainted.keySet();
  }

  private void forgetExamples(List<String> rows) {
    features.delete(rows);
    sql.update(
        """
        update example set state = 'erased', body = null, reason = null, detail = null,
          end_user_digest = null, response_end_user_digest = null, conversation_key = null,
          version = version + 1
        where row_id = any(?) and state in ('used', 'withdrawn')
        """,
        rows);
    sql.update(
        """
        update example set body = null, unwanted = true, version = version + 1
        where row_id = any(?) and state = 'cut'
        """,
        rows);
    sql.update(
        """
        delete from example where row_id = any(?) and state in ('ready', 'quarantined', 'rejected')
        """,
        rows);
  }
}
