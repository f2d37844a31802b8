package dev.whetstone.training.engine;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.TestLeaseClock;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.joined.JoinedWorkersEngine;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine with the real host process, over HTTP; the worker is a script. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class JoinedWorkersEngineTest extends ComputeEngineContract {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @TestHTTPResource("/")
  URI server;

  @Inject JoinedWorkersEngine engine;
  @Inject TestLeaseClock clock;
  @Inject Sql sql;
  @TempDir Path folder;

  private JoinedHostProcess host;
  private String name;

  @BeforeAll
  static void requireWorkerEnvironment() {
    assumeTrue(
        Files.isExecutable(JoinedHostProcess.python()),
        "skipped: the worker's environment is not there; ./whetstone makes it under"
            + " .whetstone/venv");
  }

  @BeforeEach
  void join() throws IOException {
    Files.writeString(folder.resolve("worker.py"), LocalProcessEngineTest.WORKER);
    host = newHost(16);
  }

  @AfterEach
  void leave() {
    host.close();
    engine.kept().forEach(engine::forget);
    // Hosts of this test count as lost in the next one.
    clock.advance(Duration.ofMinutes(2));
  }

  private JoinedHostProcess newHost(int workers) {
    name = "host-" + NUMBERS.incrementAndGet();
    return new JoinedHostProcess(folder, server, name, workers, folder.resolve("worker.py"));
  }

  /** The contract launches once; a launch that is deferred is repeated until a host asks. */
  @Override
  ComputeEngine engine() {
    return new RepeatingLaunches(engine, "no host has joined", "asks again within seconds");
  }

  @Override
  ComputeEngine engineWithRoomFor(int workers) {
    host.close();
    host = newHost(workers);
    return engine();
  }

  @Override
  void end(String attemptId, int code) {
    awaitReadyForSignals(attemptId);
    try {
      Path partial = Files.writeString(host.work(attemptId).resolve("end.partial"), "" + code);
      Files.move(partial, host.work(attemptId).resolve("end"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  int starts(String attemptId) {
    try {
      return Files.readString(host.work(attemptId).resolve("starts")).length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void awaitReadyForSignals(String attemptId) {
    await()
        .atMost(patience())
        .pollInterval(Duration.ofMillis(20))
        .until(() -> Files.exists(host.work(attemptId).resolve("starts")));
  }

  @Override
  Duration patience() {
    return Duration.ofSeconds(60);
  }

  @Test
  void shouldSayWhyNoHostTakesAWorker() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));

    assertThat(
            engine.launch(
                new AttemptLaunch(
                    LOOP,
                    new WorkerTask.Training(spec()),
                    new LoopSpec.Engine(
                        "joined-workers", null, null, Map.of("nvidia.com/gpu", "1")),
                    "token")))
        .isEqualTo(
            new Launch.Deferred(
                "the worker fits on no joined host (%s: too small, has 0 of 1 GPUs)"
                    .formatted(name)));
    assertThat(
            engine.launch(
                new AttemptLaunch(
                    new LoopId("other", "support"),
                    new WorkerTask.Training(spec()),
                    new LoopSpec.Engine("joined-workers", null, null, null),
                    "token")))
        .isEqualTo(
            new Launch.Deferred(
                "no host has joined for tenant 'other'; run whetstone_worker join on a host with a key of scope work"));
  }

  @Test
  void shouldStoreNeitherTokenNorKeys() {
    RunSpec spec = spec();
    engine()
        .launch(
            new AttemptLaunch(
                LOOP,
                new WorkerTask.Training(spec),
                LoopSpec.Engine.PROCESS,
                "wsw_secret-token",
                Map.of("WHETSTONE_SERVING_KEY", "sk-secret-key")));
    awaitReadyForSignals(spec.attempt());

    assertThat(environment(spec)).contains("wsw_secret-token", "sk-secret-key");
    assertThat(
            sql.query(
                "select a::text || h::text from worker_assignment a, worker_host h",
                row -> row.getString(1)))
        .isNotEmpty()
        .noneMatch(row -> row.contains("secret"));
  }

  @Test
  void shouldResumeWorkersOfAHostThatDrained() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    host.drain();

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(75);
    given()
        .header("Authorization", "Bearer " + TestKeys.ACME.text())
        .get("/v1/worker-hosts?limit=1000")
        .then()
        .statusCode(200)
        .body("find { it.name == '" + name + "' }.state", is("left"));
  }

  @Test
  void shouldNoticeAHostThatVanishes() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());
    given()
        .header("Authorization", "Bearer " + TestKeys.ACME_READ_ONLY.text())
        .get("/v1/worker-hosts?limit=1000")
        .then()
        .statusCode(200)
        .body("find { it.name == '" + name + "' }.state", is("ready"))
        .body("find { it.name == '" + name + "' }.running", is(List.of(spec.attempt())));

    host.kill();
    clock.advance(Duration.ofSeconds(90));

    await()
        .atMost(patience())
        .untilAsserted(
            () ->
                assertThat(engine.poll(spec.attempt()))
                    .isInstanceOfSatisfying(
                        Observation.Evicted.class,
                        lost ->
                            assertThat(lost.reason())
                                .startsWith("host '" + name + "' has not been heard from since")));
  }

  @Test
  void shouldLoseTheWorkersOfAHostThatWasRestarted() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    ask(name, "another-session", 409, "host-name-in-use");
    host.kill();
    clock.advance(Duration.ofSeconds(90));
    ask(name, "another-session", 200, null);

    assertThat(engine.poll(spec.attempt()))
        .isEqualTo(
            new Observation.Evicted(
                "host '" + name + "' was restarted and does not run it any more"));
  }

  @Test
  void shouldStartNothingThatAHostDidNotTakeInTime() {
    given()
        .header("Authorization", "Bearer " + TestKeys.ACME_WORK.text())
        .post("/v1/worker-hosts/%s/sessions/s/attempts/run-never-1/take".formatted(name))
        .then()
        .statusCode(409)
        .body("code", is("offer-gone"));
  }

  @Test
  void shouldLetOnlyKeysOfTheScopeWorkJoin() {
    given()
        .header("Authorization", "Bearer " + TestKeys.ACME_OPERATE.text())
        .contentType("application/json")
        .body("{}")
        .post("/v1/worker-hosts/gpu-1/questions")
        .then()
        .statusCode(403)
        .body("detail", containsString("lacks the scope work"));
    given()
        .header("Authorization", "Bearer " + TestKeys.ACME_WORK.text())
        .contentType("application/json")
        .body("{}")
        .post("/v1/worker-hosts/gpu-1/questions")
        .then()
        .statusCode(400)
        .body("code", is("invalid-question"));
  }

  private static void ask(String name, String session, int status, String code) {
    var answer =
        given()
            .header("Authorization", "Bearer " + TestKeys.ACME_WORK.text())
            .contentType("application/json")
            .body(
                """
                {"session": "%s", "draining": true, "scoringSlots": 0,
                 "capacity": {"workers": 1, "gpus": 0, "memoryBytes": 0, "milliCpus": 0},
                 "free": {"workers": 1, "gpus": 0, "memoryBytes": 0, "milliCpus": 0}}
                """
                    .formatted(session))
            .post("/v1/worker-hosts/" + name + "/questions")
            .then()
            .statusCode(status);
    if (code != null) {
      answer.body("code", is(code));
    }
  }

  private String environment(RunSpec spec) {
    try {
      return Files.readString(host.work(spec.attempt()).resolve("environment.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
