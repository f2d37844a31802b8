package dev.whetstone.eval.epoch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;

/** The rows of numbers that were published before the database was restored from a backup. */
@ApplicationScoped
public class NumberFloorRepository {
  private final Sql sql;

  public NumberFloorRepository(Sql sql) {
    this.sql = sql;
  }

  /** The highest revision of a loop's declaration; -1 without a restore. */
  public long revision(LoopId loop) {
    return number("revision", loop);
  }

  /** The highest generation of a loop's champion; -1 without a restore. */
  public long generation(LoopId loop) {
    return number("generation", loop);
  }

  private long number(String column, LoopId loop) {
    return sql.first(
            "select " + column + " from number_floor where tenant = ? and loop = ?",
            row -> row.getLong(1),
            loop.tenant(),
            loop.loop())
        .orElse(-1L);
  }
}
