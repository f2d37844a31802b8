package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.plan.HyperparameterAdjustment;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of runs. */
@ApplicationScoped
public class RunRepository {
  private final Sql sql;

  public RunRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * A run as it is stored.
   *
   * @param plan absent before the first attempt
   * @param supersedeReason set when its data may no longer be used as it is; the reconciler then
   *     ends the run
   */
  public record StoredRun(Run run, @Nullable RunPlan plan, @Nullable String supersedeReason) {}

  /** Answers false when the loop already has a live run. */
  public boolean insert(Run.Waiting run) {
    RunIdentity identity = run.identity();
    return sql.update(
            """
            insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, not_before,
              created_at)
            values (?, ?, ?, ?, ?, 'waiting', ?, ?)
            on conflict (tenant, loop) where state in ('waiting', 'active') do nothing
            """,
            identity.runId(),
            identity.loop().tenant(),
            identity.loop().loop(),
            identity.batchIds(),
            identity.loopSpecSha256(),
            run.notBefore(),
            identity.createdAt())
        == 1;
  }

  /**
   * Claims an unfinished run for the caller's transaction; empty when another transaction has it.
   */
  public Optional<StoredRun> claim(String runId) {
    return sql.first(
        """
        select * from run where run_id = ? and state in ('waiting', 'active')
        for no key update skip locked
        """,
        RunRepository::read,
        runId);
  }

  /** Locks a run for the caller's transaction; waits for other holders. */
  public Optional<StoredRun> lock(String runId) {
    return sql.first(
        "select * from run where run_id = ? for no key update", RunRepository::read, runId);
  }

  public Optional<StoredRun> find(String runId) {
    return sql.first("select * from run where run_id = ?", RunRepository::read, runId);
  }

  /** A loop's newest runs, newest first. */
  public List<StoredRun> newest(LoopId loop, int limit) {
    return sql.query(
        """
        select * from run where tenant = ? and loop = ? order by created_at desc, run_id desc
        limit ?
        """,
        RunRepository::read,
        loop.tenant(),
        loop.loop(),
        limit);
  }

  /** The next page of a loop's runs, newest first, behind one of them. */
  public List<StoredRun> before(RunIdentity run, int limit) {
    return sql.query(
        """
        select * from run where tenant = ? and loop = ?
          and (created_at, run_id) < (select created_at, run_id from run where run_id = ?)
        order by created_at desc, run_id desc limit ?
        """,
        RunRepository::read,
        run.loop().tenant(),
        run.loop().loop(),
        run.runId(),
        limit);
  }

  /** Writes a run that the caller has locked. */
  public void save(Run run) {
    switch (run) {
      case Run.Waiting waiting ->
          write(run, "waiting", waiting.tally(), waiting.notBefore(), null, waiting.reason());
      case Run.Active active -> write(run, "active", active.tally(), null, null, null);
      case Run.Succeeded done ->
          end(run, "succeeded", null, null, done.checkpointId(), done.endedAt());
      case Run.Failed failed ->
          end(run, "failed", failed.code(), failed.reason(), null, failed.endedAt());
      case Run.Superseded over ->
          end(run, "superseded", "superseded", over.reason(), null, over.endedAt());
    }
  }

  public void savePlan(String runId, RunPlan plan) {
    sql.update("update run set plan = ?::jsonb where run_id = ?", text(plan), runId);
  }

  /** Stores the adjustment that later runs of the loop start with. */
  public void saveLearned(String runId, HyperparameterAdjustment learned) {
    sql.update("update run set learned = ?::jsonb where run_id = ?", text(learned), runId);
  }

  public HyperparameterAdjustment learned(LoopId loop) {
    return sql.first(
            """
            select learned from run where tenant = ? and loop = ? and learned is not null
            order by ended_at desc limit 1
            """,
            row -> Json.read(bytes(row.getString(1)), HyperparameterAdjustment.class),
            loop.tenant(),
            loop.loop())
        .orElse(HyperparameterAdjustment.NOTHING);
  }

  public boolean hasUnfinished(LoopId loop) {
    return sql.first(
            "select 1 from run where tenant = ? and loop = ? and state in ('waiting', 'active')",
            row -> true,
            loop.tenant(),
            loop.loop())
        .orElse(false);
  }

  /** Marks a loop's unfinished run for ending if it trains on one of these batches. */
  public void supersede(LoopId loop, List<String> batchIds, String reason) {
    sql.update(
        """
        update run set supersede_reason = ? where tenant = ? and loop = ?
          and state in ('waiting', 'active') and batch_ids && ?
        """,
        reason,
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  /** Marks a loop's unfinished run for ending if it started from one of these checkpoints. */
  public void supersedeStartedFrom(LoopId loop, List<String> checkpointIds, String reason) {
    sql.update(
        """
        update run set supersede_reason = ? where tenant = ? and loop = ?
          and state in ('waiting', 'active') and plan ->> 'parentCheckpointId' = any(?)
        """,
        reason,
        loop.tenant(),
        loop.loop(),
        checkpointIds);
  }

  private void write(
      Run run,
      String state,
      RunTally tally,
      @Nullable Instant notBefore,
      @Nullable String code,
      @Nullable String reason) {
    sql.update(
        """
        update run set state = ?, fence = ?, failures = ?, refusals = ?, without_progress = ?,
          memory_waits = ?, micro_batch_size = ?, not_before = ?, code = ?, reason = ? where run_id = ?
        """,
        state,
        run.fence(),
        tally.failures(),
        tally.refusals(),
        tally.withoutProgress(),
        tally.memoryWaits(),
        tally.microBatchSize(),
        notBefore,
        code,
        reason,
        run.identity().runId());
  }

  private void end(
      Run run,
      String state,
      @Nullable String code,
      @Nullable String reason,
      @Nullable String checkpointId,
      Instant at) {
    sql.update(
        """
        update run set state = ?, code = ?, reason = ?, checkpoint_id = ?, ended_at = ?,
          not_before = null where run_id = ?
        """,
        state,
        code,
        reason,
        checkpointId,
        at,
        run.identity().runId());
  }

  private static StoredRun read(ResultSet row) throws SQLException {
    String plan = row.getString("plan");
    return new StoredRun(
        run(row),
        plan == null ? null : Json.read(bytes(plan), RunPlan.class),
        row.getString("supersede_reason"));
  }

  private static Run run(ResultSet row) throws SQLException {
    RunIdentity identity =
        new RunIdentity(
            row.getString("run_id"),
            new LoopId(row.getString("tenant"), row.getString("loop")),
            Sql.texts(row, "batch_ids"),
            row.getString("loop_spec_sha256"),
            Objects.requireNonNull(Sql.instant(row, "created_at")));
    long fence = row.getLong("fence");
    RunTally tally =
        new RunTally(
            row.getInt("failures"),
            row.getInt("refusals"),
            row.getInt("without_progress"),
            row.getInt("memory_waits"),
            row.getObject("micro_batch_size", Integer.class));
    Instant endedAt = Sql.instant(row, "ended_at");
    String reason = row.getString("reason");
    return switch (row.getString("state")) {
      case "waiting" ->
          new Run.Waiting(identity, fence, tally, Sql.instant(row, "not_before"), reason);
      case "active" -> new Run.Active(identity, fence, tally);
      case "succeeded" ->
          new Run.Succeeded(identity, fence, row.getString("checkpoint_id"), endedAt);
      case "failed" -> new Run.Failed(identity, fence, row.getString("code"), reason, endedAt);
      case "superseded" -> new Run.Superseded(identity, fence, reason, endedAt);
      case String other -> throw new IllegalStateException("unknown run state '" + other + "'");
    };
  }

  private static String text(Object value) {
    return Json.text(value);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
