package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** What a loop's past runs say about its next one. */
@ApplicationScoped
public class RunHistoryRepository {
  private final Sql sql;

  public RunHistoryRepository(Sql sql) {
    this.sql = sql;
  }

  public int startedSince(LoopId loop, Instant since) {
    return sql.first(
            "select count(*) from run where tenant = ? and loop = ? and created_at > ?",
            row -> row.getInt(1),
            loop.tenant(),
            loop.loop(),
            since)
        .orElse(0);
  }

  /**
   * The loop's newest run, if it failed because a limit was used up before there was a state to
   * keep.
   */
  public Optional<RunStartRule.Limited> limited(LoopId loop) {
    return sql.first(
            """
            select run_id, loop_spec_sha256, reason, code from run where tenant = ? and loop = ?
            order by created_at desc, run_id desc limit 1
            """,
            row ->
                RetryPolicies.LIMIT_REACHED.equals(row.getString(4))
                    ? Optional.of(
                        new RunStartRule.Limited(
                            row.getString(1), row.getString(2), row.getString(3)))
                    : Optional.<RunStartRule.Limited>empty(),
            loop.tenant(),
            loop.loop())
        .flatMap(found -> found);
  }
}
