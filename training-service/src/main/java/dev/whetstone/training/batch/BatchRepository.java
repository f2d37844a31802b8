package dev.whetstone.training.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of batches and of withdrawn examples. {@link BatchStateRepository} changes the states.
 */
@ApplicationScoped
public class BatchRepository {
  private static final String SELECT =
      """
      select tenant, loop, batch_id, sequence, manifest_uri, loop_spec_sha256, counts, state,
        trained_by
      from batch
      """;

  private final Sql sql;

  public BatchRepository(Sql sql) {
    this.sql = sql;
  }

  /** Records a new batch; a known one stays as it is. */
  public void add(LoopId loop, BatchSealed sealed) {
    sql.update(
        """
        insert into batch (tenant, loop, batch_id, sequence, manifest_uri, loop_spec_sha256, counts,
          state, sealed_at)
        values (?, ?, ?, ?, ?, ?, ?::jsonb, 'pending', ?) on conflict do nothing
        """,
        loop.tenant(),
        loop.loop(),
        sealed.batchId(),
        sealed.sequence(),
        sealed.manifestUri(),
        sealed.loopSpecSha256(),
        new String(Json.write(sealed.counts()), StandardCharsets.UTF_8),
        sealed.sealedAt());
  }

  /** Keeps examples out of later runs. */
  public void withdrawExamples(LoopId loop, BatchTainted tainted) {
    sql.updateAll(
        """
        insert into withdrawn_example (tenant, loop, example_id, batch_id, reason)
        values (?, ?, ?, ?, ?) on conflict do nothing
        """,
        tainted.withdrawnExampleIds().stream()
            .map(
                id ->
                    new Object[] {
                      loop.tenant(), loop.loop(), id, tainted.batchId(), tainted.reason()
                    })
            .toList());
  }

  public Set<String> withdrawnExamples(LoopId loop) {
    return new HashSet<>(
        sql.query(
            "select example_id from withdrawn_example where tenant = ? and loop = ?",
            row -> row.getString(1),
            loop.tenant(),
            loop.loop()));
  }

  /**
   * A loop's batches that no run has taken yet.
   *
   * @param version changes when a batch is added, taken or given back
   */
  public record NewBatches(LoopId loop, String version) {}

  /**
   * Loops that have a batch which no run has taken yet, in one statement. Left out are loops with a
   * live run, and loops with a checkpoint that waits for its first decision: they cannot start one.
   *
   * @param undecidedSince older checkpoints are not waited for
   */
  public List<NewBatches> loopsWithNew(Instant undecidedSince) {
    return sql.query(
        """
        select b.tenant, b.loop, count(*) || ' up to ' || max(b.sequence) as version from batch b
        where b.state = 'pending' and b.trained_by is null
          and not exists (select 1 from run r where r.tenant = b.tenant and r.loop = b.loop
            and r.state in ('waiting', 'active'))
          and not exists (select 1 from checkpoint c where c.tenant = b.tenant
            and c.loop = b.loop and c.state = 'undecided' and c.created_at > ?)
        group by b.tenant, b.loop order by b.tenant, b.loop
        """,
        row -> new NewBatches(new LoopId(row.getString(1), row.getString(2)), row.getString(3)),
        undecidedSince);
  }

  /** Adopted and pending batches, oldest first. */
  public List<Batch> trainable(LoopId loop) {
    return sql.query(
        SELECT
            + " where tenant = ? and loop = ? and state in ('pending', 'adopted') order by"
            + " sequence",
        BatchRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /**
   * The same for a run that is about to be made of them. A decision about one of them, and an
   * erasure, comes wholly before or wholly after the caller's transaction, and after it finds the
   * run to supersede.
   */
  public List<Batch> lockTrainable(LoopId loop) {
    return sql.query(
        SELECT
            + " where tenant = ? and loop = ? and state in ('pending', 'adopted') order by sequence"
            + " for no key update",
        BatchRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /** All batches, oldest first. */
  public List<Batch> all(LoopId loop) {
    return sql.query(
        SELECT + " where tenant = ? and loop = ? order by sequence",
        BatchRepository::read,
        loop.tenant(),
        loop.loop());
  }

  /** Why batches are not trained on, by batch id. */
  public Map<String, String> reasons(LoopId loop) {
    Map<String, String> reasons = new HashMap<>();
    sql.query(
            """
            select batch_id, reason from batch
            where tenant = ? and loop = ? and state in ('set_aside', 'withdrawn')
              and reason is not null
            """,
            row -> Map.entry(row.getString(1), row.getString(2)),
            loop.tenant(),
            loop.loop())
        .forEach(entry -> reasons.put(entry.getKey(), entry.getValue()));
    return reasons;
  }

  /** Those of the given ids that are known, oldest first. */
  public List<Batch> byId(LoopId loop, List<String> batchIds) {
    return sql.query(
        SELECT + " where tenant = ? and loop = ? and batch_id = any(?) order by sequence",
        BatchRepository::read,
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  /** The run takes in those of its batches that are new. */
  public void takeIn(LoopId loop, List<String> batchIds, String runId) {
    sql.update(
        """
        update batch set trained_by = ? where tenant = ? and loop = ? and batch_id = any(?)
          and state = 'pending' and trained_by is null
        """,
        runId,
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  /** Pending batches that a run took in are new again. Returns their number. */
  @Transactional
  public int giveBack(String runId) {
    return sql.update(
        "update batch set trained_by = null where trained_by = ? and state = 'pending'", runId);
  }

  private static Batch read(ResultSet row) throws SQLException {
    try {
      Map<String, SplitCounts> counts =
          Json.mapper().readValue(row.getString("counts"), new TypeReference<>() {});
      return new Batch(
          new LoopId(row.getString("tenant"), row.getString("loop")),
          row.getString("batch_id"),
          row.getLong("sequence"),
          row.getString("manifest_uri"),
          row.getString("loop_spec_sha256"),
          counts,
          BatchState.ofWireName(row.getString("state")),
          row.getString("trained_by"));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("counts of batch " + row.getString("batch_id"), e);
    }
  }
}
