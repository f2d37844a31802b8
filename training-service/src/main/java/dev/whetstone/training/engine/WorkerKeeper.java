package dev.whetstone.training.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Starts workers under a keeper: a small shell that records the worker's process id and start time
 * before the worker does anything, and its exit code afterwards, whichever process a signal ends.
 *
 * @param settings how workers are started
 * @param recordedWithin how long a keeper may take to record the process id
 */
record WorkerKeeper(LocalProcessEngine.Settings settings, Duration recordedWithin) {
  private static final Logger LOG = Logger.getLogger(WorkerKeeper.class);

  /** A keeper that can write to its folder records the process id within milliseconds. */
  static final Duration RECORDED_WITHIN = Duration.ofSeconds(10);

  /**
   * The inner shell becomes the worker by {@code exec} and so keeps the process id and start time
   * that it recorded. Creating the folder {@code kept} succeeds once, so that two launches of one
   * attempt, the first by a service that was killed half-way, start one worker. A worker whose
   * process id cannot be recorded, as on a full disk, could not be found again: the keeper then
   * fails without starting it.
   *
   * <p>The keeper survives SIGTERM, passes it on and records the worker's own exit code, whether
   * the signal was sent to the keeper, to the worker or to their process group. A signal interrupts
   * {@code wait}, which is therefore repeated; 127 means that the first call had returned the
   * worker's code already.
   */
  private static final String SCRIPT =
      """
      folder=$1; shift
      child= signalled=
      trap 'signalled=1; test -z "$child" || kill -TERM "$child" 2> /dev/null' TERM INT HUP
      mkdir "$folder/kept" 2> /dev/null || exit 0
      note='
        ticks=$(sed "s/.*) //" /proc/$$/stat 2> /dev/null | cut -d" " -f20)
        echo "$$ $ticks" > "$folder/$name.partial" && mv "$folder/$name.partial" "$folder/$name"
      '
      name=keeper; eval "$note" || exit 1
      note="$note" sh -c '
        folder=$1; shift
        name=pid; eval "$note" || exit 1; unset note
        exec "$@"
      ' worker "$folder" "$@" >> "$folder/worker.log" 2>&1 < /dev/null &
      child=$!
      test -z "$signalled" || kill -TERM "$child" 2> /dev/null
      signalled=
      wait "$child"; code=$?
      while test -n "$signalled"; do
        signalled=
        wait "$child"; again=$?
        test "$again" = 127 || code=$again
      done
      trap '' TERM INT HUP
      echo "$code" > "$folder/exit.partial" && mv "$folder/exit.partial" "$folder/exit"
      test -e "$folder/pid"
      """;

  /**
   * Starts the worker and returns when its process id is recorded.
   *
   * @param task the worker's command
   * @throws IOException when the keeper could not write to the folder; no worker runs then
   */
  void start(
      AttemptFolder folder,
      String task,
      String token,
      Optional<String> device,
      Map<String, String> secrets)
      throws IOException {
    List<String> command = new ArrayList<>();
    onPath("setsid").ifPresent(path -> command.add(path.toString()));
    command.addAll(List.of("sh", "-c", SCRIPT, "keeper", folder.path().toString()));
    command.add(settings.interpreter());
    command.addAll(settings.command());
    command.addAll(List.of(task, "--spec", folder.spec().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.path().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    WorkerEnvironmentFilter.restrict(builder.environment());
    builder.environment().putAll(settings.environment());
    device.ifPresent(one -> builder.environment().put("CUDA_VISIBLE_DEVICES", one));
    builder.environment().putAll(secrets);
    builder.environment().put("WHETSTONE_WORKER_TOKEN", token);
    Process keeper = builder.start();
    awaitPid(folder, keeper);
    LOG.infof(
        "worker-started attempt=%s device=%s log=%s",
        folder.path().getFileName(), device.orElse("unset"), folder.log());
  }

  /** Until the process id is recorded, a poll would not find the worker. */
  private void awaitPid(AttemptFolder folder, Process keeper) throws IOException {
    long deadline = System.nanoTime() + recordedWithin.toNanos();
    try {
      while (!Files.exists(folder.pid())
          && System.nanoTime() < deadline
          && !keeper.waitFor(5, TimeUnit.MILLISECONDS)) {
        LOG.tracef("worker-starting folder=%s", folder.path());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!Files.exists(folder.pid()) && !wasSecond(folder, keeper)) {
      keeper.descendants().forEach(ProcessHandle::destroyForcibly);
      keeper.destroyForcibly();
      throw new IOException("the keeper could not write to the folder");
    }
  }

  /** A second keeper exits with 0 and leaves the attempt to the first. */
  private static boolean wasSecond(AttemptFolder folder, Process keeper) {
    return folder.isKept() && !keeper.isAlive() && keeper.exitValue() == 0;
  }

  /** An executable by path, or by name on the PATH. */
  static Optional<Path> onPath(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.of(path.split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
