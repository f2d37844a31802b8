package dev.whetstone.training.engine;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs each worker as a process of this machine that outlives the service. A small shell keeps it:
 * it writes down the worker's process id and start before the worker does anything, and its exit
 * code after. A service that was killed finds both again.
 */
public final class LocalProcessEngine implements ComputeEngine {
  private static final Logger LOG = Logger.getLogger(LocalProcessEngine.class);

  /** The exit code when the worker is gone and nobody was left to note its own. */
  public static final int UNKNOWN_EXIT = 255;

  private static final long KEEPER_SECONDS = 30;

  /** Within it a keeper that is not hindered writes its notes many times over. */
  private static final Duration NOTED_WITHIN = Duration.ofSeconds(10);

  /**
   * The inner shell becomes the worker by {@code exec} and so keeps the process id and start time
   * that it wrote down. Making the folder {@code kept} succeeds once, so that two launches of one
   * attempt, the first by a service killed half-way, start one worker. Without its notes, on a full
   * disk, a worker would be one that nobody finds again: then there is none, and the keeper fails.
   */
  private static final String KEEPER =
      """
      folder=$1; shift
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
      ' worker "$folder" "$@" >> "$folder/worker.log" 2>&1 < /dev/null
      echo $? > "$folder/exit.partial" && mv "$folder/exit.partial" "$folder/exit"
      test -e "$folder/pid"
      """;

  private final Settings settings;
  private final Duration notedWithin;
  private volatile boolean ending;

  /**
   * How workers are started.
   *
   * @param interpreter a Python, by path or by name on the PATH
   * @param command its arguments before those of the training call
   * @param work holds a folder per attempt
   * @param requiredModule a Python module without which nothing is started; empty checks nothing
   * @param environment added to what is inherited
   */
  public record Settings(
      String interpreter,
      List<String> command,
      Path work,
      Optional<String> requiredModule,
      Map<String, String> environment) {
    public Settings {
      command = List.copyOf(command);
      work = work.toAbsolutePath().normalize();
      environment = Map.copyOf(environment);
    }
  }

  public LocalProcessEngine(Settings settings) {
    this(settings, NOTED_WITHIN);
  }

  LocalProcessEngine(Settings settings, Duration notedWithin) {
    this.settings = settings;
    this.notedWithin = notedWithin;
  }

  @Override
  public Launch launch(RunSpec spec, String token) {
    AttemptFolder folder = folder(spec.attempt());
    try {
      if (!(observe(folder) instanceof Observation.Unknown)) {
        return new Launch.Started();
      }
      if (ending) {
        return new Launch.Refused(
            "the training service is shutting down; it goes on when it is up");
      }
      Optional<String> missing = whatIsMissing();
      if (missing.isPresent()) {
        return new Launch.Refused(missing.get());
      }
      folder.writeSpec(Json.write(spec));
      start(folder, token);
      return new Launch.Started();
    } catch (IOException e) {
      return new Launch.Refused(
          "the worker of %s could not be started in %s: %s; check the folder's owner and free space"
              .formatted(spec.attempt(), folder.path(), e.getMessage()));
    }
  }

  @Override
  public Observation poll(String attemptId) {
    AttemptFolder folder = folder(attemptId);
    try {
      return observe(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + folder.path(), e);
    }
  }

  private static Observation observe(AttemptFolder folder) throws IOException {
    OptionalInt code = folder.exitCode();
    if (code.isPresent()) {
      return new Observation.Exited(code.getAsInt(), folder.lastWords());
    }
    Optional<ProcessIdentity> process = folder.process();
    if (process.isEmpty()) {
      return folder.isKept() ? keptWithoutProcess(folder) : new Observation.Unknown();
    }
    // A worker that is gone counts as running until its keeper has noted how it ended.
    if (process.get().isAlive() || folder.keeper().filter(ProcessIdentity::isAlive).isPresent()) {
      return new Observation.Running();
    }
    return new Observation.Exited(folder.exitCode().orElse(UNKNOWN_EXIT), folder.lastWords());
  }

  /** Its keeper is about to start it, or was killed before it could. */
  private static Observation keptWithoutProcess(AttemptFolder folder) throws IOException {
    return folder.secondsKept() < KEEPER_SECONDS
        ? new Observation.Running()
        : new Observation.Exited(UNKNOWN_EXIT, "its keeper was killed before it started");
  }

  @Override
  public void stop(String attemptId, Manner manner) {
    try {
      folder(attemptId)
          .process()
          .flatMap(ProcessIdentity::handle)
          .ifPresent(
              handle -> {
                boolean asked =
                    manner == Manner.AT_ONCE ? handle.destroyForcibly() : handle.destroy();
                LOG.infof("worker-stop attempt=%s manner=%s sent=%s", attemptId, manner, asked);
              });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop the worker of " + attemptId, e);
    }
  }

  /**
   * Asks every living worker to save and end, as before a shutdown in order, and starts no more: a
   * worker that ended so would else be resumed at once by a service that is still on its way down.
   */
  public void stopAll() {
    ending = true;
    if (!Files.isDirectory(settings.work())) {
      return;
    }
    try (Stream<Path> folders = Files.list(settings.work())) {
      folders
          .map(path -> path.getFileName().toString())
          .filter(attempt -> poll(attempt) instanceof Observation.Running)
          .forEach(attempt -> stop(attempt, Manner.POLITELY));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + settings.work(), e);
    }
  }

  private void start(AttemptFolder folder, String token) throws IOException {
    List<String> command = new ArrayList<>();
    onPath("setsid").ifPresent(path -> command.add(path.toString()));
    command.addAll(List.of("sh", "-c", KEEPER, "keeper", folder.path().toString()));
    command.add(settings.interpreter());
    command.addAll(settings.command());
    command.addAll(List.of("train", "--spec", folder.spec().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.path().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    WorkerEnvironmentFilter.restrict(builder.environment());
    builder.environment().putAll(settings.environment());
    builder.environment().put("WHETSTONE_WORKER_TOKEN", token);
    Process keeper = builder.start();
    awaitPid(folder, keeper);
    LOG.infof("worker-started attempt=%s log=%s", folder.path().getFileName(), folder.log());
  }

  /** Until the process id is written down, a poll would not know the worker. */
  private void awaitPid(AttemptFolder folder, Process keeper) throws IOException {
    long deadline = System.nanoTime() + notedWithin.toNanos();
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
      throw new IOException("its keeper could not write to the folder");
    }
  }

  /** A keeper that finds the attempt kept leaves it to the first, which is about to write. */
  private static boolean wasSecond(AttemptFolder folder, Process keeper) {
    return folder.isKept() && !keeper.isAlive() && keeper.exitValue() == 0;
  }

  private Optional<String> whatIsMissing() throws IOException {
    if (onPath(settings.interpreter()).isEmpty()) {
      return Optional.of(
          "Python '%s' is not there; set WHETSTONE_WORKER_PYTHON to the python of the environment in which the package whetstone_worker is installed"
              .formatted(settings.interpreter()));
    }
    if (settings.requiredModule().isEmpty()) {
      return Optional.empty();
    }
    return new WorkerPackageProbe(
            settings.interpreter(), settings.requiredModule().get(), settings.environment())
        .whatIsMissing();
  }

  private static Optional<Path> onPath(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.of(path.split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private AttemptFolder folder(String attemptId) {
    return new AttemptFolder(settings.work().resolve(attemptId));
  }
}
