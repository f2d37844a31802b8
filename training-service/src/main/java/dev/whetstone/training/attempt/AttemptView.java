package dev.whetstone.training.attempt;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.run.RefusedRows;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as the API shows it.
 *
 * @param state {@code starting}, a phase of the worker, or how the attempt ended
 * @param detail why it ended, or why its worker is not started yet
 * @param refusedRows rows that it left out because the base cannot take them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AttemptView(
    String attempt,
    long fence,
    String state,
    long step,
    double epoch,
    int progressPercentage,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Integer exitCode,
    @Nullable String detail,
    @Nullable RefusedRows refusedRows) {

  /** Why its worker has not been started yet, where the engine deferred the launch. */
  public Optional<String> waitsForEngine() {
    return state.equals("starting") ? Optional.ofNullable(detail) : Optional.empty();
  }

  static AttemptView read(ResultSet row) throws SQLException {
    String state =
        switch (row.getString("state")) {
          case "ended" -> row.getString("outcome");
          case "live" -> row.getString("phase") == null ? "loading" : row.getString("phase");
          case String other -> other;
        };
    String refusedRows = row.getString("refused_rows");
    return new AttemptView(
        row.getString("attempt_id"),
        row.getLong("fence"),
        state,
        row.getLong("step"),
        row.getDouble("epoch"),
        row.getInt("progress_percentage"),
        Sql.instant(row, "started_at"),
        Sql.instant(row, "ended_at"),
        row.getObject("exit_code", Integer.class),
        row.getString("detail"),
        refusedRows == null ? null : Json.read(refusedRows, RefusedRows.class));
  }
}
