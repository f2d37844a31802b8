package dev.whetstone.training.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.TestLeaseClock;
import dev.whetstone.training.TrainingFixture;
import dev.whetstone.training.WorkerDouble;
import dev.whetstone.training.engine.FakeComputeEngine;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an ended run leaves behind has an end; what is in use stays. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RunRetentionTest {
  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject ObjectStore store;
  @Inject RetentionSweeper sweeper;
  @Inject RunObjectSweep objects;
  @Inject RunRowSweep rows;
  @Inject Sql sql;

  private LoopId loop;

  /** Runs of earlier tests would fill the chunks. */
  @BeforeEach
  void leaveOutWhatOtherTestsLeft() {
    fixture.endAllRuns();
    sql.updateInNewTransaction(
        "update run set objects_swept_at = ?, metrics_swept_at = ?", clock.now(), clock.now());
    sql.updateInNewTransaction("update checkpoint set adapter_deleted_at = ?", clock.now());
  }

  @AfterEach
  void endAllRuns() {
    fixture.endAllRuns();
  }

  @Test
  void shouldEndAllObjectsOfASucceededRunButItsCheckpoint() {
    RunSpec spec = succeeded();
    fixture.writeResumePoint(spec, 20, true);
    write(spec, "metrics.jsonl");
    write(spec, ".work/stage-0/optimizer.pt");
    store.put("runs/" + spec.runId() + "/data/copy.jsonl", bytes("row"));
    store.put("runs/" + spec.runId() + "/7/adapter/adapter_model.safetensors", bytes("refused"));

    after(Duration.ofDays(6));
    assertThat(keys(spec)).hasSize(9);
    after(Duration.ofDays(2));

    assertThat(keys(spec))
        .containsExactlyInAnyOrder(
            fixture.key(spec, "manifest.json"),
            fixture.key(spec, "metrics.jsonl"),
            fixture.key(spec, "adapter/adapter_config.json"),
            fixture.key(spec, "adapter/adapter_model.safetensors"));
  }

  @Test
  void shouldKeepWhatAnUnfinishedRunResumesFrom() {
    RunSpec spec = started();
    fixture.writeResumePoint(spec, 20, true);

    after(Duration.ofDays(500));

    assertThat(keys(spec)).hasSize(2);
    assertThat(count("attempt", spec.runId())).isEqualTo(1);
  }

  @Test
  void shouldEndTheAdapterOfARejectedCheckpointAndKeepOthers() {
    RunSpec rejected = succeeded();
    RunSpec promoted = succeeded();
    decide(rejected, "rejected");
    decide(promoted, "applied");

    after(Duration.ofDays(31));

    assertThat(keys(rejected)).containsExactly(fixture.key(rejected, "manifest.json"));
    assertThat(keys(promoted)).hasSize(3);
  }

  @Test
  void shouldKeepTheAdapterThatIsInServiceWhateverItsCheckpointsState() {
    RunSpec spec = succeeded();
    decide(spec, "rolled_back");
    sql.updateInNewTransaction(
        """
        insert into champion (tenant, loop, generation, checkpoint_id)
        select tenant, loop, 1, checkpoint_id from checkpoint where run_id = ?
        """,
        spec.runId());

    after(Duration.ofDays(31));

    assertThat(keys(spec)).hasSize(3);
  }

  @Test
  void shouldEndMetricsThenAttemptsOfEndedRuns() {
    RunSpec spec = succeeded();
    assertThat(count("run_metric", spec.runId())).isPositive();

    after(Duration.ofDays(179));
    assertThat(count("run_metric", spec.runId())).isPositive();
    after(Duration.ofDays(2));
    assertThat(count("run_metric", spec.runId())).isZero();
    assertThat(count("attempt", spec.runId())).isEqualTo(1);

    after(Duration.ofDays(185));
    assertThat(count("attempt", spec.runId())).isZero();
    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
  }

  @Test
  void shouldEndRememberedMicroBatches() {
    sql.updateInNewTransaction(
        "insert into micro_batch values ('acme', 'growth', 'b', 256, 'H100', 4, ?)", clock.now());

    after(Duration.ofDays(29));
    assertThat(rows("select count(*) from micro_batch where loop = 'growth'", null)).isEqualTo(1);
    after(Duration.ofDays(2));
    assertThat(rows("select count(*) from micro_batch where loop = 'growth'", null)).isZero();
  }

  @Test
  void shouldEndJoinedHosts() {
    sql.updateInNewTransaction(
        """
        insert into worker_host (tenant, name, session, capacity, free, labels, draining, joined_at, seen_at)
        values ('acme', 'sold-host', 's', '{}', '{}', '{}', false, ?, ?)
        """,
        clock.now(),
        clock.now());

    after(Duration.ofDays(29));
    assertThat(rows("select count(*) from worker_host where name = 'sold-host'", null))
        .isEqualTo(1);
    after(Duration.ofDays(2));
    assertThat(rows("select count(*) from worker_host where name = 'sold-host'", null)).isZero();
  }

  @Test
  void shouldEndWorkersOfScoringJobsWithTheirJob() {
    String running = "sweep-running-" + clock.now().toEpochMilli();
    String ended = "sweep-ended-" + clock.now().toEpochMilli();
    for (String job : List.of(running, ended)) {
      sql.updateInNewTransaction(
          """
          insert into scoring_job (job_id, tenant, loop, request, state, due_at, requested_at, ended_at)
          values (?, 'acme', 'support', '{}', ?, ?, ?, ?)
          """,
          job,
          job.equals(ended) ? "completed" : "running",
          clock.now().plus(Duration.ofDays(900)),
          clock.now(),
          job.equals(ended) ? clock.now() : null);
    }

    List<String> kept =
        List.of(
            "scoring." + running + ".1",
            "scoring." + ended + ".2",
            "scoring.deleted-long-ago.1",
            "run-unknown-1");
    assertThat(rows.ended(kept, clock.now().plusSeconds(1)))
        .containsExactlyInAnyOrder("scoring." + ended + ".2", "scoring.deleted-long-ago.1");
    sql.updateInNewTransaction("delete from scoring_job where job_id like 'sweep-%'");
  }

  @Test
  void shouldEndFoldersOfAttemptsWhoseRowsHaveEndedAlready() {
    String ended = "run-sweptended" + clock.now().toEpochMilli();
    String running = "run-sweptrunning" + clock.now().toEpochMilli();
    for (String run : List.of(ended, running)) {
      sql.updateInNewTransaction(
          """
          insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, created_at,
            ended_at) values (?, 'acme', 'swept', '{}', 's', ?, ?, ?)
          """,
          run,
          run.equals(ended) ? "failed" : "active",
          clock.now(),
          run.equals(ended) ? clock.now() : null);
    }

    List<String> kept = List.of(ended + "-1", ended + "-12", running + "-1", "run-unknown-1");
    assertThat(rows.ended(kept, clock.now().plusSeconds(1)))
        .containsExactlyInAnyOrder(ended + "-1", ended + "-12");
    assertThat(rows.ended(kept, clock.now().minusSeconds(1))).isEmpty();
    sql.updateInNewTransaction("delete from run where run_id like 'run-swept%'");
  }

  @Test
  void shouldSweepABoundedNumberOfRunsAtOnce() {
    for (int run = 0; run < RunObjectSweep.CHUNK + 7; run++) {
      sql.updateInNewTransaction(
          """
          insert into run (run_id, tenant, loop, batch_ids, loop_spec_sha256, state, created_at,
            ended_at) values (?, 'acme', 'many', '{}', 's', 'failed', ?, ?)
          """,
          "run-many-" + run + "-" + clock.now().getEpochSecond(),
          clock.now(),
          clock.now());
    }
    clock.advance(Duration.ofDays(8));

    assertThat(objects.sweepRuns(clock.now().minus(Duration.ofDays(7)), clock.now()))
        .isEqualTo(RunObjectSweep.CHUNK);
    assertThat(objects.sweepRuns(clock.now().minus(Duration.ofDays(7)), clock.now())).isEqualTo(7);
    assertThat(objects.sweepRuns(clock.now().minus(Duration.ofDays(7)), clock.now())).isZero();
  }

  private RunSpec started() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    return fixture.spec(loop);
  }

  private RunSpec succeeded() {
    RunSpec spec = started();
    worker.trains(spec, 1).statusCode(200);
    worker.isDone(spec, 32).statusCode(200);
    return spec;
  }

  private void decide(RunSpec spec, String state) {
    sql.updateInNewTransaction(
        "update checkpoint set state = ?, decided_at = ? where run_id = ?",
        state,
        clock.now(),
        spec.runId());
  }

  private void after(Duration duration) {
    clock.advance(duration);
    sweeper.sweep();
  }

  private void write(RunSpec spec, String path) {
    store.put(fixture.key(spec, path), bytes(path));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> keys(RunSpec spec) {
    return store.list("runs/" + spec.runId() + "/").map(ObjectPage.Entry::key).toList();
  }

  private long count(String table, String runId) {
    return rows("select count(*) from " + table + " where run_id = ?", runId);
  }

  private long rows(String query, @Nullable String argument) {
    return (argument == null
            ? sql.first(query, row -> row.getLong(1))
            : sql.first(query, row -> row.getLong(1), argument))
        .orElseThrow();
  }
}
