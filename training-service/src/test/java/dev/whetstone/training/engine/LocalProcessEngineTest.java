package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.LocalProcessEngine.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes: a small Python script is the worker. */
class LocalProcessEngineTest extends ComputeEngineContract {
  /** Ends with the code that a file tells it, with 75 on SIGTERM. */
  static final String WORKER =
      """
      import json, os, signal, sys, time
      signal.signal(signal.SIGTERM, lambda *_: os._exit(75))
      folder = os.path.dirname(sys.argv[sys.argv.index("--spec") + 1])
      with open(sys.argv[sys.argv.index("--spec") + 1]) as file:
          json.load(file)
      with open(os.path.join(folder, "environment.json"), "w") as file:
          json.dump(dict(os.environ), file)
      with open(os.path.join(folder, "command"), "w") as file:
          file.write(sys.argv[1])
      with open(os.path.join(folder, "starts"), "a") as file:
          file.write("x")
      print("worker is up", flush=True)
      while not os.path.exists(os.path.join(folder, "end")):
          time.sleep(0.01)
      with open(os.path.join(folder, "end")) as file:
          sys.exit(int(file.read()))
      """;

  private static final WorkerSlots.Limits ROOM = new WorkerSlots.Limits(16, List.of());

  @TempDir Path folder;
  private LocalProcessEngine engine;

  @Override
  ComputeEngine engine() {
    if (engine == null) {
      engine = newEngine("python3", Optional.empty());
    }
    return engine;
  }

  @Override
  ComputeEngine engineWithRoomFor(int workers) {
    engine = bounded(new WorkerSlots.Limits(workers, List.of()));
    return engine;
  }

  @AfterEach
  void endAllWorkers() {
    ((LocalProcessEngine) engine()).stopAll();
    // Otherwise a keeper may still write an exit code while the folder is deleted.
    await().until(() -> ProcessHandle.allProcesses().noneMatch(this::worksHere));
  }

  private boolean worksHere(ProcessHandle process) {
    try {
      Path works = Path.of("/proc", Long.toString(process.pid()), "cwd").toRealPath();
      return works.startsWith(folder.toRealPath());
    } catch (IOException e) {
      // It ended in between, or belongs to another user.
      return false;
    }
  }

  @Override
  void end(String attemptId, int code) {
    awaitReadyForSignals(attemptId);
    try {
      Path partial = Files.writeString(work(attemptId).resolve("end.partial"), "" + code);
      Files.move(partial, work(attemptId).resolve("end"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  int starts(String attemptId) {
    return read(work(attemptId).resolve("starts")).length();
  }

  @Override
  void awaitReadyForSignals(String attemptId) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> Files.exists(work(attemptId).resolve("starts")));
  }

  @Test
  void shouldStartEachKindOfWorkerWithItsCommandAndSpec() {
    RunSpec training = spec();
    AttemptLaunch scoring = scoring();
    engine().launch(launch(training, "token"));
    engine().launch(scoring);
    awaitReadyForSignals(training.attempt());
    awaitReadyForSignals(scoring.attemptId());

    assertThat(read(work(training.attempt()).resolve("command"))).isEqualTo("train");
    assertThat(read(work(scoring.attemptId()).resolve("command"))).isEqualTo("score");
    assertThat(read(work(scoring.attemptId()).resolve("run-spec.json")))
        .contains("\"maxBatchTokens\":8192");
  }

  @Test
  void shouldBoundScoringWorkersAndGiveThemTheLastDevice() {
    engine = bounded(new WorkerSlots.Limits(2, List.of("0", "1")));
    RunSpec training = spec();
    AttemptLaunch scoring = scoring();
    engine.launch(launch(training, "token"));
    engine.launch(scoring);
    awaitReadyForSignals(training.attempt());
    awaitReadyForSignals(scoring.attemptId());

    assertThat(engine.launch(scoring()))
        .isInstanceOfSatisfying(
            Launch.Deferred.class,
            deferred ->
                assertThat(deferred.reason())
                    .contains("1 of 1", "whetstone.training.process.scoring-workers"));
    assertThat(read(work(training.attempt()).resolve("environment.json")))
        .contains("\"CUDA_VISIBLE_DEVICES\": \"0\"");
    assertThat(read(work(scoring.attemptId()).resolve("environment.json")))
        .contains("\"CUDA_VISIBLE_DEVICES\": \"1\"");
  }

  @Test
  void shouldFindAWorkerAfterTheServiceWasKilled() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    ComputeEngine restarted = newEngine("python3", Optional.empty());
    assertThat(restarted.poll(spec.attempt())).isInstanceOf(Observation.Running.class);
    restarted.launch(launch(spec, "token"));
    end(spec.attempt(), 3);

    assertThat(starts(spec.attempt())).isEqualTo(1);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(restarted.poll(spec.attempt()))
                    .isEqualTo(new Observation.Exited(3, "worker is up")));
  }

  @Test
  void shouldStartOneWorkerWhenTwoServicesLaunchItAtOnce() throws Exception {
    ComputeEngine other = newEngine("python3", Optional.empty());
    for (int round = 0; round < 8; round++) {
      RunSpec spec = spec();
      CyclicBarrier together = new CyclicBarrier(2);
      List<Launch> launches = new CopyOnWriteArrayList<>();
      List<Thread> services =
          Stream.of(engine(), other)
              .map(
                  service ->
                      Thread.ofVirtual()
                          .start(
                              () -> {
                                arrive(together);
                                launches.add(service.launch(launch(spec, "token")));
                              }))
              .toList();
      for (Thread service : services) {
        service.join();
      }

      assertThat(launches).containsExactly(new Launch.Started(), new Launch.Started());
      end(spec.attempt(), 0);
      awaitExit(spec.attempt());
      assertThat(starts(spec.attempt())).isEqualTo(1);
    }
  }

  private static void arrive(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldNotTakeAnotherProcessWithTheSameIdForTheWorker() throws IOException {
    RunSpec spec = spec();
    Path work = Files.createDirectories(work(spec.attempt()));
    Files.createDirectory(work.resolve("kept"));
    Files.writeString(work.resolve("pid"), ProcessHandle.current().pid() + " 1");

    assertThat(engine().poll(spec.attempt()))
        .isEqualTo(new Observation.Exited(AttemptFolder.UNKNOWN_EXIT, ""));
    engine().stop(spec.attempt(), ComputeEngine.Manner.AT_ONCE);
  }

  @Test
  void shouldDetectTheEndOfAWorkerWhoseKeeperWasKilled() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());
    long pid = Long.parseLong(read(work(spec.attempt()).resolve("pid")).split(" ")[0]);
    ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
    ProcessHandle keeper = worker.parent().orElseThrow();

    keeper.destroyForcibly();
    await().until(() -> !keeper.isAlive());
    assertThat(engine().poll(spec.attempt())).isInstanceOf(Observation.Running.class);
    engine().stop(spec.attempt(), ComputeEngine.Manner.AT_ONCE);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(AttemptFolder.UNKNOWN_EXIT);
  }

  /** As an operator, a service manager or a machine that is drained sends it. */
  @ParameterizedTest
  @ValueSource(strings = {"worker", "keeper", "group", "keeper then worker", "group twice"})
  void shouldRecordTheWorkersExitCodeHoweverTheSignalIsSent(String target) {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());
    String worker = processId(spec, "pid");
    String keeper = processId(spec, "keeper");

    switch (target) {
      case "worker" -> terminate(worker);
      case "keeper" -> terminate(keeper);
      case "keeper then worker" -> {
        terminate(keeper);
        terminate(worker);
      }
      case "group twice" -> {
        terminate("-" + keeper);
        terminate("-" + keeper);
      }
      default -> terminate("-" + keeper);
    }

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(75);
    await().until(() -> ProcessHandle.of(Long.parseLong(keeper)).isEmpty());
    assertThat(read(work(spec.attempt()).resolve("exit"))).isEqualTo("75");
  }

  private String processId(RunSpec spec, String file) {
    return read(work(spec.attempt()).resolve(file)).split(" ")[0];
  }

  /** A process that has ended already cannot be signalled; that is no failure. */
  private static void terminate(String process) {
    try {
      Process kill = new ProcessBuilder("sh", "-c", "kill -s TERM -- " + process).start();
      assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldNotPassTheServicesSecretsToAWorker() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "the token"));
    awaitReadyForSignals(spec.attempt());

    String environment = read(work(spec.attempt()).resolve("environment.json"));

    assertThat(environment)
        .contains("\"WHETSTONE_WORKER_TOKEN\": \"the token\"", "\"OMP_NUM_THREADS\": \"1\"")
        .doesNotContain("SECRET_OF_THE_SERVICE");
    assertThat(WorkerEnvironmentFilter.isAllowed("WHETSTONE_DB_PASSWORD")).isFalse();
    assertThat(WorkerEnvironmentFilter.isAllowed("PYTHONPATH")).isTrue();
    assertThat(WorkerEnvironmentFilter.isAllowed("WHETSTONE_S3_ENDPOINT")).isTrue();
    end(spec.attempt(), 0);
  }

  @Test
  void shouldPassSecretsInTheEnvironmentAndWriteThemNowhere() throws IOException {
    RunSpec spec = spec();
    Map<String, String> secrets = Map.of(ServingKeyReader.VARIABLE, "sk-of-the-server");
    engine()
        .launch(
            new AttemptLaunch(
                LOOP, new WorkerTask.Training(spec), LoopSpec.Engine.PROCESS, "token", secrets));
    awaitReadyForSignals(spec.attempt());
    Path environment = work(spec.attempt()).resolve("environment.json");

    assertThat(read(environment)).contains("\"WHETSTONE_SERVING_KEY\": \"sk-of-the-server\"");
    // The test's worker wrote it there; the engine writes it to no file.
    Files.delete(environment);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(LocalProcessEngineTest::read))
          .noneMatch(text -> text.contains("sk-of-the-server"));
    }
    assertThat(
            new AttemptLaunch(
                    LOOP, new WorkerTask.Training(spec), LoopSpec.Engine.PROCESS, "token", secrets)
                .toString())
        .doesNotContain("sk-of-the-server", "token");
    end(spec.attempt(), 0);
  }

  @Test
  void shouldStartNoWorkerAfterStoppingAll() {
    RunSpec running = spec();
    engine().launch(launch(running, "token"));
    awaitReadyForSignals(running.attempt());

    engine.stopAll();

    assertThat(awaitExit(running.attempt()).code()).isEqualTo(75);
    RunSpec next = spec();
    assertThat(engine().launch(launch(next, "token"))).isInstanceOf(Launch.Deferred.class);
    assertThat(engine().poll(next.attempt())).isInstanceOf(Observation.Unknown.class);
  }

  @Test
  void shouldGiveEachWorkerADeviceOfItsOwn() {
    engine = bounded(WorkerSlots.Limits.of(Optional.empty(), List.of("0", "GPU-7f")));
    RunSpec first = spec();
    RunSpec second = spec();
    RunSpec third = spec();
    engine.launch(launch(first, "token"));
    engine.launch(launch(second, "token"));

    assertThat(engine.launch(launch(third, "token")))
        .isInstanceOfSatisfying(
            Launch.Deferred.class,
            deferred -> assertThat(deferred.reason()).contains("2 of 2", "one per device"));
    assertThat(device(first)).isEqualTo("0");
    assertThat(device(second)).isEqualTo("GPU-7f");

    end(first.attempt(), 0);
    awaitExit(first.attempt());
    engine.launch(launch(third, "token"));
    assertThat(device(third)).isEqualTo("0");
  }

  @Test
  void shouldHoldTheBoundOverServicesThatShareAWorkFolder() {
    engine = bounded(new WorkerSlots.Limits(1, List.of()));
    LocalProcessEngine other = bounded(new WorkerSlots.Limits(1, List.of()));
    RunSpec running = spec();
    engine.launch(launch(running, "token"));

    assertThat(other.launch(launch(spec(), "token"))).isInstanceOf(Launch.Deferred.class);
  }

  @Test
  void shouldFreeTheSlotOfALaunchThatWasCutOffByAKill() throws IOException {
    engine = bounded(new WorkerSlots.Limits(1, List.of()));
    Path slot = Files.createDirectories(folder.resolve("work/.slots")).resolve("0");
    Files.writeString(slot, "run-killed-1");

    assertThat(engine.launch(launch(spec(), "token"))).isInstanceOf(Launch.Deferred.class);
    Files.setLastModifiedTime(slot, FileTime.fromMillis(0));
    assertThat(engine.launch(launch(spec(), "token"))).isInstanceOf(Launch.Started.class);
  }

  @ParameterizedTest(name = "max-workers {0}, {1} devices")
  @CsvSource(
      value = {"null, 0, 1", "3, 0, 3", "null, 4, 4", "2, 4, 2", "8, 4, 4"},
      nullValues = "null")
  void shouldBoundWorkersByConfigurationAndDevices(Integer maxWorkers, int devices, int expected) {
    List<String> names = IntStream.range(0, devices).mapToObj(String::valueOf).toList();

    assertThat(WorkerSlots.Limits.of(Optional.ofNullable(maxWorkers), names).workers())
        .isEqualTo(expected);
  }

  @Test
  void shouldRefuseABoundOfNoWorkers() {
    assertThatThrownBy(() -> WorkerSlots.Limits.of(Optional.of(0), List.of()))
        .hasMessageContaining("whetstone.training.process.max-workers", "at least 1");
  }

  private String device(RunSpec spec) {
    awaitReadyForSignals(spec.attempt());
    Matcher matcher =
        Pattern.compile("\"CUDA_VISIBLE_DEVICES\": \"([^\"]*)\"")
            .matcher(read(work(spec.attempt()).resolve("environment.json")));
    return matcher.find() ? matcher.group(1) : "unset";
  }

  @Test
  void shouldReportAMissingPython() {
    Launch launch = newEngine("/nowhere/python3", Optional.empty()).launch(launch(spec(), "token"));

    assertThat(launch)
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("'/nowhere/python3' does not exist", "WHETSTONE_WORKER_PYTHON"));
  }

  @Test
  void shouldReportAMissingPackage() {
    Launch launch =
        newEngine("python3", Optional.of("no_such_package")).launch(launch(spec(), "token"));

    assertThat(launch)
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("no package no_such_package", "-m pip install"));
  }

  @Test
  void shouldReportAMissingDependency() throws IOException {
    Path site = folder.resolve("site");
    Files.writeString(
        Files.createDirectories(site.resolve("some_worker")).resolve("__init__.py"),
        "raise ImportError('the probe must not import it')");
    String metadata =
        """
        Metadata-Version: 2.1
        Name: some-worker
        Version: 1.0
        Requires-Dist: some-worker>=1.0
        Requires-Dist: no-such-trainer==1.13.0
        Requires-Dist: no-such-tests==9; extra == "dev"
        """;
    Files.writeString(
        Files.createDirectories(site.resolve("some_worker-1.0.dist-info")).resolve("METADATA"),
        metadata);
    Settings settings =
        new Settings(
            "python3",
            List.of("-c", "pass"),
            folder.resolve("work"),
            Optional.of("some_worker"),
            Map.of("PYTHONPATH", site.toString()),
            ROOM);

    assertThat(new LocalProcessEngine(settings).launch(launch(spec(), "token")))
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains(
                        "no package no-such-trainer, which some_worker needs; install"
                            + " training-service/worker"));
  }

  @Test
  void shouldStartNoWorkerWhoseProcessIdCannotBeNoted() throws IOException {
    RunSpec spec = spec();
    Files.createDirectories(work(spec.attempt()).resolve("pid.partial"));

    assertThat(engine().launch(launch(spec, "token")))
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused -> assertThat(refused.reason()).contains(spec.attempt(), "free space"));
    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(1);
    assertThat(work(spec.attempt()).resolve("starts")).doesNotExist();
  }

  @Test
  void shouldLimitTheWaitForAKeeperThatHangs() throws Exception {
    RunSpec spec = spec();
    Path work = Files.createDirectories(work(spec.attempt()));
    Process pipe = new ProcessBuilder("mkfifo", work.resolve("pid.partial").toString()).start();
    assertThat(pipe.waitFor(10, TimeUnit.SECONDS)).isTrue();

    Launch launch =
        new LocalProcessEngine(settings("python3", Optional.empty()), Duration.ofMillis(200))
            .launch(launch(spec, "token"));

    assertThat(launch).isInstanceOf(Launch.Refused.class);
    assertThat(work.resolve("starts")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pid", "exit"})
  void shouldTreatAFileThatLostItsContentAsTheEndOfTheWorker(String note) throws IOException {
    RunSpec spec = spec();
    Path work = Files.createDirectories(work(spec.attempt()));
    Path kept = Files.createDirectory(work.resolve("kept"));
    Files.writeString(work.resolve("pid"), ProcessHandle.current().pid() + " 1");
    Files.writeString(work.resolve(note), "");
    Files.setLastModifiedTime(kept, FileTime.fromMillis(0));

    assertThat(engine().poll(spec.attempt()))
        .isInstanceOfSatisfying(
            Observation.Exited.class,
            exited -> assertThat(exited.code()).isEqualTo(AttemptFolder.UNKNOWN_EXIT));
    engine().stop(spec.attempt(), ComputeEngine.Manner.AT_ONCE);
  }

  @Test
  void shouldReportAFolderThatCannotBeWritten() throws IOException {
    Path file = Files.createFile(folder.resolve("a-file"));
    Settings settings =
        new Settings("python3", List.of(), file.resolve("below"), Optional.empty(), Map.of(), ROOM);

    assertThat(new LocalProcessEngine(settings).launch(launch(spec(), "token")))
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused -> assertThat(refused.reason()).contains("a-file", "free space"));
  }

  private LocalProcessEngine newEngine(String python, Optional<String> module) {
    return new LocalProcessEngine(settings(python, module));
  }

  private LocalProcessEngine bounded(WorkerSlots.Limits limits) {
    Settings settings = settings("python3", Optional.empty());
    return new LocalProcessEngine(
        new Settings(
            settings.interpreter(),
            settings.command(),
            settings.work(),
            settings.requiredModule(),
            settings.environment(),
            limits));
  }

  private Settings settings(String python, Optional<String> module) {
    try {
      Path script = Files.writeString(folder.resolve("worker.py"), WORKER);
      return new Settings(
          python,
          List.of(script.toString()),
          folder.resolve("work"),
          module,
          Map.of("OMP_NUM_THREADS", "1"),
          ROOM);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path work(String attemptId) {
    return folder.resolve("work").resolve(attemptId);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
