package dev.whetstone.training.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.TestLaunches;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptRuleTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration PROGRESS_DEADLINE = Duration.ofMinutes(15);
  private static final Duration LONGEST = Duration.ofHours(1);

  private static final Map<String, Observation> OBSERVATIONS =
      Map.of(
          "waiting", new Observation.Waiting("no quota", NOW.plusSeconds(1)),
          "wait-over", new Observation.Waiting("no quota", NOW),
          "evicted", new Observation.Evicted("drained"),
          "unknown", new Observation.Unknown(),
          "running", new Observation.Running(),
          "exited-0", new Observation.Exited(0, ""),
          "exited-65", new Observation.Exited(65, "bad row"),
          "exited-75", new Observation.Exited(75, ""),
          "exited-143", new Observation.Exited(143, ""),
          "exited-137", new Observation.Exited(137, "Killed"));

  private static final Map<String, Attempt> STATES =
      Map.of(
          "starting", starting(null, false),
          "deferred", starting(NOW.plusSeconds(1), false),
          "defer-over", starting(NOW, false),
          "claimed", starting(NOW.plusSeconds(1), true),
          "claim-over", starting(NOW, true),
          "live", live(NOW.plusSeconds(1), NOW, NOW),
          "lease-over", live(NOW.minusSeconds(1), NOW, NOW),
          "stalled", live(NOW.plusSeconds(1), NOW.minus(PROGRESS_DEADLINE).minusSeconds(1), NOW),
          "too-long", live(NOW.plusSeconds(1), NOW, NOW.minus(LONGEST).minusSeconds(1)),
          "ended", new Attempt.Ended(facts(NOW), "failed", 1, "", NOW));

  /** Every state with every observation; a superseded run in the last column. */
  private static final String TABLE =
      """
      starting,   unknown,    Launch,             Supersede
      starting,   running,    RecordLaunch,       Supersede
      starting,   exited-0,   RecordLaunch,       Supersede
      starting,   exited-65,  RecordLaunch,       Supersede
      starting,   exited-75,  RecordLaunch,       Supersede
      starting,   exited-143, RecordLaunch,       Supersede
      starting,   exited-137, RecordLaunch,       Supersede
      claimed,    unknown,    Keep,               Keep
      deferred,   unknown,    Keep,               Keep
      claimed,    running,    RecordLaunch,       Supersede
      deferred,   running,    RecordLaunch,       Supersede
      claimed,    exited-0,   RecordLaunch,       Supersede
      deferred,   exited-0,   RecordLaunch,       Supersede
      claimed,    exited-65,  RecordLaunch,       Supersede
      deferred,   exited-65,  RecordLaunch,       Supersede
      claimed,    exited-75,  RecordLaunch,       Supersede
      deferred,   exited-75,  RecordLaunch,       Supersede
      claimed,    exited-143, RecordLaunch,       Supersede
      deferred,   exited-143, RecordLaunch,       Supersede
      claimed,    exited-137, RecordLaunch,       Supersede
      deferred,   exited-137, RecordLaunch,       Supersede
      claim-over, unknown,    End,                Supersede
      defer-over, unknown,    Launch,             Supersede
      claim-over, running,    RecordLaunch,       Supersede
      defer-over, running,    RecordLaunch,       Supersede
      claim-over, exited-0,   RecordLaunch,       Supersede
      defer-over, exited-0,   RecordLaunch,       Supersede
      claim-over, exited-65,  RecordLaunch,       Supersede
      defer-over, exited-65,  RecordLaunch,       Supersede
      claim-over, exited-75,  RecordLaunch,       Supersede
      defer-over, exited-75,  RecordLaunch,       Supersede
      claim-over, exited-143, RecordLaunch,       Supersede
      defer-over, exited-143, RecordLaunch,       Supersede
      claim-over, exited-137, RecordLaunch,       Supersede
      defer-over, exited-137, RecordLaunch,       Supersede
      live,       unknown,    Keep,               Supersede
      live,       running,    Keep,               Supersede
      live,       exited-0,   VerifyOutput,       Supersede
      live,       exited-65,  VerifyBatches,      Supersede
      live,       exited-75,  VerifyProgress,     Supersede
      live,       exited-143, VerifyProgress,     Supersede
      live,       exited-137, End,                Supersede
      lease-over, unknown,    StopAndEnd,         Supersede
      lease-over, running,    StopAndEnd,         Supersede
      lease-over, exited-0,   VerifyOutput final, Supersede
      lease-over, exited-65,  VerifyBatches,      Supersede
      lease-over, exited-75,  VerifyProgress,     Supersede
      lease-over, exited-143, VerifyProgress,     Supersede
      lease-over, exited-137, End,                Supersede
      stalled,    unknown,    StopAndEnd,         Supersede
      stalled,    running,    StopAndEnd,         Supersede
      stalled,    exited-0,   VerifyOutput final, Supersede
      stalled,    exited-65,  VerifyBatches,      Supersede
      stalled,    exited-75,  VerifyProgress,     Supersede
      stalled,    exited-143, VerifyProgress,     Supersede
      stalled,    exited-137, End,                Supersede
      too-long,   unknown,    StopAndEnd,         Supersede
      too-long,   running,    StopAndEnd,         Supersede
      too-long,   exited-0,   VerifyOutput final, Supersede
      too-long,   exited-65,  VerifyBatches,      Supersede
      too-long,   exited-75,  VerifyProgress,     Supersede
      too-long,   exited-143, VerifyProgress,     Supersede
      too-long,   exited-137, End,                Supersede
      ended,      unknown,    Keep,               Keep
      ended,      running,    Keep,               Keep
      ended,      exited-0,   Keep,               Keep
      ended,      exited-65,  Keep,               Keep
      ended,      exited-75,  Keep,               Keep
      ended,      exited-143, Keep,               Keep
      ended,      exited-137, Keep,               Keep
      starting,   waiting,    ShowWait,           Supersede
      starting,   wait-over,  StopAndEnd,         Supersede
      starting,   evicted,    RecordLaunch,       Supersede
      deferred,   waiting,    ShowWait,           Supersede
      deferred,   wait-over,  StopAndEnd,         Supersede
      deferred,   evicted,    RecordLaunch,       Supersede
      defer-over, waiting,    ShowWait,           Supersede
      defer-over, wait-over,  StopAndEnd,         Supersede
      defer-over, evicted,    RecordLaunch,       Supersede
      claimed,    waiting,    ShowWait,           Supersede
      claimed,    wait-over,  StopAndEnd,         Supersede
      claimed,    evicted,    RecordLaunch,       Supersede
      claim-over, waiting,    ShowWait,           Supersede
      claim-over, wait-over,  StopAndEnd,         Supersede
      claim-over, evicted,    RecordLaunch,       Supersede
      live,       waiting,    VerifyProgress,     Supersede
      live,       wait-over,  VerifyProgress,     Supersede
      live,       evicted,    VerifyProgress,     Supersede
      lease-over, waiting,    VerifyProgress,     Supersede
      lease-over, wait-over,  VerifyProgress,     Supersede
      lease-over, evicted,    VerifyProgress,     Supersede
      stalled,    waiting,    VerifyProgress,     Supersede
      stalled,    wait-over,  VerifyProgress,     Supersede
      stalled,    evicted,    VerifyProgress,     Supersede
      too-long,   waiting,    VerifyProgress,     Supersede
      too-long,   wait-over,  VerifyProgress,     Supersede
      too-long,   evicted,    VerifyProgress,     Supersede
      ended,      waiting,    Keep,               Keep
      ended,      wait-over,  Keep,               Keep
      ended,      evicted,    Keep,               Keep
      """;

  @ParameterizedTest(name = "{0}, worker {1}")
  @CsvSource(textBlock = TABLE)
  void shouldDecideFromStateAndObservation(
      String state, String observation, String move, String moveWhenSuperseded) {
    assertThat(name(decide(state, observation, null))).isEqualTo(move);
    assertThat(name(decide(state, observation, "batch b was erased")))
        .isEqualTo(moveWhenSuperseded);
  }

  @Test
  void shouldHaveARowForEveryPair() {
    assertThat(TABLE.lines().map(line -> line.replaceAll(" ", "").split(",")))
        .extracting(row -> row[0] + " " + row[1])
        .containsExactlyInAnyOrderElementsOf(pairs());
  }

  private static List<String> pairs() {
    return STATES.keySet().stream()
        .flatMap(state -> OBSERVATIONS.keySet().stream().map(seen -> state + " " + seen))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .toList();
  }

  @Test
  void shouldDescribeHowTheWorkerEnded() {
    StatusReport.Failure reported = new StatusReport.Failure("diverged", "loss is not a number");
    AttemptRule.Situation situation =
        new AttemptRule.Situation(STATES.get("live"), reported, null, PROGRESS_DEADLINE, LONGEST);

    AttemptMove move = AttemptRule.decide(situation, OBSERVATIONS.get("exited-65"), NOW);

    assertThat(move)
        .isInstanceOfSatisfying(
            AttemptMove.VerifyBatches.class,
            verify -> {
              assertThat(verify.end().diverged()).isTrue();
              assertThat(verify.end().detail()).contains("65", "diverged: loss is not a number");
            });
  }

  @Test
  void shouldSayWhatAWorkerWaitedForThatWasGivenUp() {
    assertThat(decide("claimed", "wait-over", null))
        .isEqualTo(
            new AttemptMove.StopAndEnd(
                new AttemptEnd.Refused(
                    "the compute engine did not start the worker until 2026-11-20T10:00:00Z: no quota")));
  }

  @Test
  void shouldResumeAWorkerThatTheEngineTookBackAfterItHadRun() {
    assertThat(decide("live", "waiting", null))
        .isEqualTo(
            new AttemptMove.VerifyProgress(
                new AttemptEnd.Exited(
                    143,
                    "the worker was ended from outside: the engine took it back; now no quota")));
  }

  @ParameterizedTest(name = "started at step {0}, saved step {1}")
  @CsvSource(
      value = {
        "0,  null, false, it saved no progress beyond step 0",
        "0,  3,    true,  it saved a resume point at step 3",
        "20, null, false, it saved no progress beyond step 20",
        "20, 20,   false, it saved no progress beyond step 20",
        "20, 21,   true,  it saved a resume point at step 21",
      },
      nullValues = "null")
  void shouldSayThatAResumePointWasSavedOnlyIfItWas(
      long start, Long saved, boolean progressed, String words) {
    AttemptEnd.Exited exited = new AttemptEnd.Exited(75, "the worker ended with 75 (preempted)");
    OptionalLong step = saved == null ? OptionalLong.empty() : OptionalLong.of(saved);

    AttemptEnd.Preempted end = AttemptEnd.Preempted.of(exited, start, step);

    assertThat(end.progressed()).isEqualTo(progressed);
    assertThat(end.detail()).isEqualTo("the worker ended with 75 (preempted); " + words);
    assertThat(end.exitCode()).isEqualTo(75);
  }

  private static AttemptMove decide(
      String state, String observation, @org.jspecify.annotations.Nullable String superseded) {
    AttemptRule.Situation situation =
        new AttemptRule.Situation(STATES.get(state), null, superseded, PROGRESS_DEADLINE, LONGEST);
    return AttemptRule.decide(situation, OBSERVATIONS.get(observation), NOW);
  }

  private static String name(AttemptMove move) {
    String name = move.getClass().getSimpleName();
    return move instanceof AttemptMove.VerifyOutput output && output.isFinal()
        ? name + " final"
        : name;
  }

  private static Attempt.Starting starting(
      @org.jspecify.annotations.Nullable Instant heldUntil, boolean mayBeLaunched) {
    return new Attempt.Starting(facts(NOW), heldUntil, mayBeLaunched);
  }

  private static Attempt.Live live(Instant leaseUntil, Instant progressAt, Instant startedAt) {
    return new Attempt.Live(
        facts(startedAt), StatusReport.Phase.TRAINING, 5, 0, leaseUntil, progressAt);
  }

  private static Attempt.Facts facts(Instant startedAt) {
    RunSpec spec = TestLaunches.spec("run-1", 1);
    return new Attempt.Facts("run-1-1", "run-1", 1, spec, startedAt);
  }
}
