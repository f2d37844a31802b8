package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows that say when a batch's files are verified next. */
@ApplicationScoped
public class BatchCheckRepository {
  private final Sql sql;

  public BatchCheckRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * A batch that is to be verified.
   *
   * @param failures failed checks in a row, the first of them at {@code firstFailure}
   */
  public record DueCheck(
      String batchId,
      LoopId loop,
      String manifestKey,
      int failures,
      @Nullable Instant firstFailure) {}

  /** Plans the first check of a batch, in the transaction that records the batch. */
  public void plan(String batchId, Instant firstCheck) {
    sql.update(
        "insert into batch_check (batch_id, next_check) values (?, ?) on conflict do nothing",
        batchId,
        firstCheck);
  }

  /** The batch whose check is due for the longest time. */
  public Optional<DueCheck> due(Instant now) {
    return sql.first(
        """
        select b.batch_id, b.tenant, b.loop, b.manifest_key, c.failures, c.first_failure
        from batch_check c join batch b using (batch_id) where c.next_check <= ?
        order by c.next_check, c.batch_id limit 1
        """,
        row ->
            new DueCheck(
                row.getString("batch_id"),
                new LoopId(row.getString("tenant"), row.getString("loop")),
                row.getString("manifest_key"),
                row.getInt("failures"),
                Sql.instant(row, "first_failure")),
        now);
  }

  /**
   * Records a check, unless another instance has recorded one meanwhile.
   *
   * @param firstFailure null when the batch verified, or could not be read at all
   * @return whether it was recorded
   */
  public boolean checked(
      DueCheck check, int failures, @Nullable Instant firstFailure, Instant next) {
    return sql.update(
            """
            update batch_check set failures = ?, first_failure = ?, next_check = ?
            where batch_id = ? and failures = ? and next_check <= ?
            """,
            failures,
            firstFailure,
            next,
            check.batchId(),
            check.failures(),
            next)
        == 1;
  }

  /** A withdrawn batch is not verified any more. */
  public void end(String batchId) {
    sql.update("delete from batch_check where batch_id = ?", batchId);
  }
}
