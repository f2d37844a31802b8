package dev.whetstone.cli.stack;

import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.keys.KeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The processes of one stack on this machine. PID files identify them, so that a later command can
 * manage processes that an earlier one started. Tests use this class to kill and start single
 * components.
 *
 * <p>Closing stops all of them.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration GRACE = Duration.ofSeconds(15);

  private final StackOptions options;
  private final Set<StackComponent> startedHere = ConcurrentHashMap.newKeySet();
  private volatile boolean watchdogStartedHere;

  /** Set by the shutdown hook, so that the starting thread starts no more components. */
  private volatile boolean interrupted;

  private LocalStack(StackOptions options) {
    this.options = options;
  }

  public static LocalStack of(StackOptions options) {
    return new LocalStack(options);
  }

  public StackOptions options() {
    return options;
  }

  /** Starts all components that are not running, without output, and returns when all are ready. */
  public void start() {
    start(ProgressDisplay.silent());
  }

  /**
   * Starts all components that are not running and returns when all are ready. If that fails, or on
   * Ctrl-C, stops only the components that this call started.
   *
   * @throws RemedyException when another process holds a port, a build output is missing, or a
   *     component does not become ready
   */
  public void start(ProgressDisplay progress) {
    options.home().create();
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      KeyFile.at(options.home().keysFile()).createIfAbsent();
      PortCheck.of(options, this::isRunning).run();
      PortOffset.remember(options, Stream.of(StackComponent.values()).anyMatch(this::isRunning));
      try (Guard ignoredToo = stopOnInterrupt(progress)) {
        startInOrder(progress);
      } catch (RuntimeException e) {
        // After an interrupt the hook reports the shutdown; this stops a component that started at
        // the same time.
        stopStartedHere(interrupted ? ProgressDisplay.silent() : progress);
        throw e;
      }
    }
  }

  private void startInOrder(ProgressDisplay progress) {
    options.components().forEach(this::requireBuilt);
    start(StackComponent.INFRA);
    start(StackComponent.MODEL_SERVER);
    awaitReady(StackComponent.INFRA, progress);
    for (StackComponent component : StackComponent.values()) {
      start(component);
    }
    for (StackComponent component : StackComponent.values()) {
      awaitReady(component, progress);
    }
  }

  /** Starts one component unless it is running or does not belong to this stack. */
  public void start(StackComponent component) {
    if (!options.components().contains(component) || isRunning(component)) {
      return;
    }
    if (interrupted) {
      throw new RemedyException("interrupted while starting", "run it again");
    }
    requireBuilt(component);
    LaunchPlan plan = LaunchPlan.of(component, options);
    Map<String, String> environment = new HashMap<>(plan.environment());
    if (component == StackComponent.CURATION) {
      // End user digests are keyed with it, so it must not change between restarts.
      environment.putIfAbsent(
          "WHETSTONE_CURATION_HMAC_KEY", StackSecret.of(options.home(), "curation-hmac"));
    }
    if (component == StackComponent.INGEST) {
      environment.putIfAbsent(
          "WHETSTONE_CONNECTION_KEY", StackSecret.of(options.home(), "ingest-connection"));
    }
    Process process =
        ProcessLauncher.start(
            plan.command(), environment, options.project(), options.home().log(component));
    startedHere.add(component);
    PidFile.of(component.id(), process.toHandle(), plan.command())
        .write(options.home().pidFile(component.id()));
  }

  /**
   * The environment that a component gets: this process's, and the stack's settings without the
   * secrets that {@link #start(StackComponent)} makes.
   */
  public Map<String, String> environment(StackComponent component) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putAll(LaunchPlan.of(component, options).environment());
    return environment;
  }

  private void requireBuilt(StackComponent component) {
    Path needs = LaunchPlan.of(component, options).needs();
    if (!Files.exists(needs)) {
      throw new RemedyException(
          "cannot start " + component.description() + ": " + needs + " does not exist",
          "build it with ./whetstone up or ./mvnw -DskipTests package");
    }
  }

  /** Returns when the component is ready. */
  public void awaitReady(StackComponent component) {
    awaitReady(component, ProgressDisplay.silent());
  }

  /**
   * Returns when the component is ready.
   *
   * @throws RemedyException with the end of its log when it exited or did not become ready in time
   */
  public void awaitReady(StackComponent component, ProgressDisplay progress) {
    if (!options.components().contains(component)) {
      return;
    }
    Optional<Boolean> ready =
        progress.await(
            component.description(),
            READY_LIMIT,
            () -> ReadinessCheck.lastLine(options, component),
            () -> {
              if (isRunning(component)) {
                return ReadinessCheck.isReady(component, options)
                    ? Optional.of(true)
                    : Optional.empty();
              }
              return Optional.of(false);
            });
    if (!ready.orElse(false)) {
      throw new RemedyException(
          component.description()
              + (ready.isPresent() ? " exited while starting" : " did not become ready in time")
              + "; the end of its log:\n"
              + ReadinessCheck.endOfLog(options, component),
          "the whole log: " + options.home().log(component));
    }
  }

  /** Whether the component is ready now. */
  public boolean isReady(StackComponent component) {
    return isRunning(component) && ReadinessCheck.isReady(component, options);
  }

  public boolean isRunning(StackComponent component) {
    return process(component).isPresent();
  }

  /** The process of the component, if it is alive. */
  public Optional<ProcessHandle> process(StackComponent component) {
    return process(component.id());
  }

  private Optional<ProcessHandle> process(String name) {
    return PidFile.processIn(options.home().pidFile(name));
  }

  /**
   * Kills one component with SIGKILL and returns when it is gone. Processes that it started
   * (PostgreSQL, a training attempt) keep running.
   */
  public void kill(StackComponent component) {
    process(component)
        .ifPresent(
            process -> {
              process.destroyForcibly();
              StackProcesses.awaitExit(process, GRACE);
            });
  }

  /**
   * Kills every process of this stack at once, including the watchdog and PostgreSQL, as a power
   * failure does.
   */
  public void killEverything() {
    new StackShutdown(options).killAll();
  }

  /** Stops one component with SIGTERM and returns when it is gone. */
  public void stop(StackComponent component) {
    stop(process(component).stream());
  }

  /** Starts the process that restarts components that exit unexpectedly. */
  public void startWatchdog() {
    if (process(StackWatchdog.NAME).isPresent()) {
      return;
    }
    List<String> command = StackWatchdog.command(options);
    Process process =
        ProcessLauncher.start(
            command,
            Map.of(StackProcesses.MARK, options.home().directory().toString()),
            options.project(),
            options.home().logs().resolve(StackWatchdog.NAME + ".log"));
    watchdogStartedHere = true;
    PidFile.of(StackWatchdog.NAME, process.toHandle(), command)
        .write(options.home().pidFile(StackWatchdog.NAME));
  }

  /** Stops the watchdog, so that a component that is stopped stays so. */
  public void stopWatchdog() {
    stop(process(StackWatchdog.NAME).stream());
  }

  /** Stops every process of this stack, including those that outlived their parent. */
  public void down() {
    down(ProgressDisplay.silent());
  }

  /**
   * Stops every process of this stack: first the watchdog, then the services, then the processes
   * that they started, and last Kafka and PostgreSQL.
   *
   * @return number of stopped processes
   */
  public int down(ProgressDisplay progress) {
    if (!Files.isDirectory(options.home().directory())) {
      return 0;
    }
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      return new StackShutdown(options).stopAll(progress);
    }
  }

  /** Deletes the data of a stopped stack: Kafka, PostgreSQL, object store, attempts. */
  public void deleteData() {
    if (isRunning(StackComponent.INFRA)) {
      throw new RemedyException("the stack is still running", "stop it first: ./whetstone down");
    }
    options.home().deleteData();
  }

  @Override
  public void close() {
    down();
  }

  /**
   * Stops what this object started if the JVM is shut down (Ctrl-C) before the returned guard is
   * closed.
   */
  public Guard stopOnInterrupt(ProgressDisplay progress) {
    Thread onExit = new Thread(() -> interrupt(progress), "stop-started-components");
    Runtime.getRuntime().addShutdownHook(onExit);
    return () -> {
      boolean ignored = removeHook(onExit);
    };
  }

  /** Closed when the guarded work is done. */
  public interface Guard extends AutoCloseable {
    @Override
    void close();
  }

  private void interrupt(ProgressDisplay progress) {
    interrupted = true;
    if (watchdogStartedHere || !startedHere.isEmpty()) {
      progress.print("interrupted: stopping the components that this command started");
    }
    stopStartedHere(progress);
  }

  private void stopStartedHere(ProgressDisplay progress) {
    if (startedHere.contains(StackComponent.INFRA)) {
      // No other component can run without the infrastructure, so none ran before this call.
      int ignored = new StackShutdown(options).stopAll(progress);
    } else {
      if (watchdogStartedHere) {
        stop(process(StackWatchdog.NAME).stream());
      }
      stop(startedHere.stream().flatMap(component -> process(component).stream()));
    }
    watchdogStartedHere = false;
    startedHere.clear();
  }

  private static void stop(Stream<ProcessHandle> processes) {
    StackProcesses.stop(processes.toList(), GRACE);
  }

  private static boolean removeHook(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs now.
      return false;
    }
  }
}
