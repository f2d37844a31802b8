package dev.whetstone.training.engine;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs each worker as a process of this machine that outlives the service. A small shell, the
 * keeper, starts it: it records the worker's process id and start time before the worker does
 * anything, and its exit code afterwards. A service that was killed reads both after its restart.
 *
 * <p>At most {@link Settings#limits()} workers train at the same time, and at most {@link
 * Settings#scoringWorkers()} workers of scoring jobs run beside them; a launch beyond that is
 * deferred.
 */
public final class LocalProcessEngine implements ComputeEngine {
  private static final Logger LOG = Logger.getLogger(LocalProcessEngine.class);

  private static final String SLOTS = ".slots";
  private static final String SCORING_SLOTS = ".slots-scoring";
  private static final long KEEPER_SECONDS = 30;

  private final Settings settings;
  private final WorkerSlots slots;
  private final WorkerSlots scoringSlots;
  private final WorkerKeeper keeper;
  private volatile boolean ending;

  /**
   * How workers are started.
   *
   * @param interpreter a Python, by path or by name on the PATH
   * @param command its arguments before those of the training call
   * @param work holds a folder per attempt
   * @param requiredModule a Python module without which nothing is started; empty checks nothing
   * @param environment added to what is inherited
   * @param limits how many workers train at the same time, and on which devices
   * @param scoringWorkers how many workers of scoring jobs run at the same time beside them
   */
  record Settings(
      String interpreter,
      List<String> command,
      Path work,
      Optional<String> requiredModule,
      Map<String, String> environment,
      WorkerSlots.Limits limits,
      int scoringWorkers) {
    /** With one worker for scoring jobs. */
    Settings(
        String interpreter,
        List<String> command,
        Path work,
        Optional<String> requiredModule,
        Map<String, String> environment,
        WorkerSlots.Limits limits) {
      this(interpreter, command, work, requiredModule, environment, limits, 1);
    }

    Settings {
      command = List.copyOf(command);
      work = work.toAbsolutePath().normalize();
      environment = Map.copyOf(environment);
    }
  }

  LocalProcessEngine(Settings settings) {
    this(settings, WorkerKeeper.RECORDED_WITHIN);
  }

  LocalProcessEngine(Settings settings, Duration recordedWithin) {
    this.settings = settings;
    this.slots = new WorkerSlots(settings.work().resolve(SLOTS), settings.limits());
    this.scoringSlots =
        new WorkerSlots(
            settings.work().resolve(SCORING_SLOTS),
            settings.limits().forScoring(settings.scoringWorkers()));
    this.keeper = new WorkerKeeper(settings, recordedWithin);
  }

  @Override
  public String kind() {
    return LoopSpec.Engine.PROCESS.kind();
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    String attemptId = attempt.attemptId();
    AttemptFolder folder = folder(attemptId);
    try {
      if (!(observe(folder) instanceof Observation.Unknown)) {
        return new Launch.Started();
      }
      if (ending) {
        return new Launch.Deferred(
            "the training service is shutting down; the worker starts after the restart");
      }
      Optional<String> missing = whatIsMissing();
      if (missing.isPresent()) {
        return new Launch.Refused(missing.get());
      }
      WorkerSlots own = slotsFor(attempt.task());
      return switch (own.take(attemptId, this::poll)) {
        case WorkerSlots.Answer.Full full -> new Launch.Deferred(full.reason());
        case WorkerSlots.Answer.Taken taken -> {
          try {
            folder.writeSpec(Json.write(attempt.task().spec()));
            keeper.start(
                folder,
                attempt.task().command(),
                attempt.token(),
                taken.device(),
                attempt.secrets());
          } catch (IOException e) {
            own.release(attemptId);
            throw e;
          }
          yield new Launch.Started();
        }
      };
    } catch (IOException e) {
      return new Launch.Refused(
          "the worker of %s could not be started in %s: %s; check the folder's owner and free space"
              .formatted(attemptId, folder.path(), e.getMessage()));
    }
  }

  /** Scoring jobs have slots of their own: neither kind of work waits for the other. */
  private WorkerSlots slotsFor(WorkerTask task) {
    return switch (task) {
      case WorkerTask.Training _ -> slots;
      case WorkerTask.Scoring _ -> scoringSlots;
    };
  }

  @Override
  public Observation poll(String attemptId) {
    AttemptFolder folder = folder(attemptId);
    try {
      return observe(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder.path(), e);
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
    // A worker that ended counts as running until its keeper has recorded the exit code.
    if (process.get().isAlive() || folder.keeper().filter(ProcessIdentity::isAlive).isPresent()) {
      return new Observation.Running();
    }
    return new Observation.Exited(
        folder.exitCode().orElse(AttemptFolder.UNKNOWN_EXIT), folder.lastWords());
  }

  /** The keeper is about to start the worker, or was killed before it could. */
  private static Observation keptWithoutProcess(AttemptFolder folder) throws IOException {
    return folder.secondsKept() < KEEPER_SECONDS
        ? new Observation.Running()
        : new Observation.Exited(
            AttemptFolder.UNKNOWN_EXIT, "the keeper was killed before it started the worker");
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
   * Asks every running worker to save and exit, for an orderly shutdown, and starts no more:
   * otherwise the service would resume those workers while it is still shutting down.
   */
  public void stopAll() {
    ending = true;
    kept().stream()
        .filter(attempt -> poll(attempt) instanceof Observation.Running)
        .forEach(attempt -> stop(attempt, Manner.POLITELY));
  }

  @Override
  public List<String> kept() {
    if (!Files.isDirectory(settings.work())) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(settings.work())) {
      return folders
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + settings.work(), e);
    }
  }

  @Override
  public void forget(String attemptId) {
    if (poll(attemptId) instanceof Observation.Running) {
      stop(attemptId, Manner.AT_ONCE);
      return;
    }
    try {
      folder(attemptId).delete();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the worker's folder of " + attemptId, e);
    }
  }

  private Optional<String> whatIsMissing() throws IOException {
    if (WorkerKeeper.onPath(settings.interpreter()).isEmpty()) {
      return Optional.of(
          "Python '%s' does not exist; set WHETSTONE_WORKER_PYTHON to the python of the environment in which the package whetstone_worker is installed"
              .formatted(settings.interpreter()));
    }
    if (settings.requiredModule().isEmpty()) {
      return Optional.empty();
    }
    return new WorkerPackageProbe(
            settings.interpreter(), settings.requiredModule().get(), settings.environment())
        .whatIsMissing();
  }

  private AttemptFolder folder(String attemptId) {
    return new AttemptFolder(settings.work().resolve(attemptId));
  }
}
