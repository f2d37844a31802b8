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
 * The processes of one stack on this machine. They are found again by pid files, so that another
 * process, or the same one after a crash, can go on with them. Tests use it to kill and start
 * single components.
 *
 * <p>Closing ends everything.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration GRACE = Duration.ofSeconds(15);

  private final StackOptions options;
  private final Set<StackComponent> startedHere = ConcurrentHashMap.newKeySet();
  private volatile boolean watchdogStartedHere;

  /** Set by the thread that ends what was started, so that the starting one starts nothing more. */
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

  /** Starts whatever does not run and returns when everything is ready, telling nobody. */
  public void start() {
    start(ProgressDisplay.silent());
  }

  /**
   * Starts whatever does not run and returns when everything is ready. When that fails, or the JVM
   * is asked to end meanwhile (Ctrl-C), what this call started is ended, and nothing else.
   *
   * @throws RemedyException when a port is held by somebody else, something is not built, or a
   *     component does not become ready
   */
  public void start(ProgressDisplay progress) {
    options.home().create();
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      KeyFile.at(options.home().keysFile()).createIfAbsent();
      PortCheck.of(options, this::isRunning).run();
      PortOffset.remember(options, Stream.of(StackComponent.values()).anyMatch(this::isRunning));
      try (Guard ignoredToo = endOnInterrupt(progress)) {
        startInOrder(progress);
      } catch (RuntimeException e) {
        // Interrupted, the hook says what is ended; this ends what came up in the same moment.
        endStartedHere(interrupted ? ProgressDisplay.silent() : progress);
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

  /** Starts one component unless it runs already or does not belong to this stack. */
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
      // Digests of end users are keyed with it, so it must outlive restarts.
      environment.putIfAbsent(
          "WHETSTONE_CURATION_HMAC_KEY", StackSecret.of(options.home(), "curation-hmac"));
    }
    Process process =
        ProcessLauncher.start(
            plan.command(), environment, options.project(), options.home().log(component));
    startedHere.add(component);
    PidFile.of(component.id(), process.toHandle(), plan.command())
        .write(options.home().pidFile(component.id()));
  }

  private void requireBuilt(StackComponent component) {
    Path needs = LaunchPlan.of(component, options).needs();
    if (!Files.exists(needs)) {
      throw new RemedyException(
          "cannot start " + component.description() + ": " + needs + " is not there",
          "build it: ./whetstone up does, or ./mvnw -DskipTests package");
    }
  }

  /** Returns when the component answers. */
  public void awaitReady(StackComponent component) {
    awaitReady(component, ProgressDisplay.silent());
  }

  /**
   * Returns when the component answers.
   *
   * @throws RemedyException with the end of its log when it ended or did not answer in time
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
              + (ready.isPresent() ? " ended while starting" : " did not become ready in time")
              + "; the end of its log:\n"
              + ReadinessCheck.endOfLog(options, component),
          "the whole log: " + options.home().log(component));
    }
  }

  /** Whether the component answers now. */
  public boolean isReady(StackComponent component) {
    return isRunning(component) && ReadinessCheck.isReady(component, options);
  }

  public boolean isRunning(StackComponent component) {
    return process(component).isPresent();
  }

  /** The component's process, if it is alive. */
  public Optional<ProcessHandle> process(StackComponent component) {
    return process(component.id());
  }

  private Optional<ProcessHandle> process(String name) {
    return PidFile.processIn(options.home().pidFile(name));
  }

  /**
   * Ends one component as {@code kill -9} does and returns when it is gone. What it had started
   * itself (PostgreSQL, a training attempt) lives on.
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
   * Ends every process of this stack at once, as a power cut does: its watchdog and PostgreSQL too.
   */
  public void killEverything() {
    new StackShutdown(options).endEverythingAtOnce();
  }

  /** Asks one component to end and returns when it is gone. */
  public void stop(StackComponent component) {
    end(process(component).stream());
  }

  /** Starts the process that restarts components which end by themselves. */
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

  /** Ends every process of this stack, also those that outlived the one that started them. */
  public void down() {
    down(ProgressDisplay.silent());
  }

  /**
   * Ends every process of this stack: first the watchdog, then the services, what they started, and
   * last Kafka and PostgreSQL.
   *
   * @return how many processes were ended
   */
  public int down(ProgressDisplay progress) {
    if (!Files.isDirectory(options.home().directory())) {
      return 0;
    }
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      return new StackShutdown(options).endEverything(progress);
    }
  }

  /** Deletes the data of a stack that does not run: Kafka, PostgreSQL, object store, attempts. */
  public void deleteData() {
    if (isRunning(StackComponent.INFRA)) {
      throw new RemedyException("the stack still runs", "end it first: ./whetstone down");
    }
    options.home().deleteData();
  }

  @Override
  public void close() {
    down();
  }

  /**
   * Ends what this object started, when the JVM is asked to end (Ctrl-C) before the result is
   * closed.
   */
  public Guard endOnInterrupt(ProgressDisplay progress) {
    Thread onExit = new Thread(() -> interrupt(progress), "end-what-was-started");
    Runtime.getRuntime().addShutdownHook(onExit);
    return () -> {
      boolean ignored = removeHook(onExit);
    };
  }

  /** Something to close when the work that it guards is done. */
  public interface Guard extends AutoCloseable {
    @Override
    void close();
  }

  private void interrupt(ProgressDisplay progress) {
    interrupted = true;
    if (watchdogStartedHere || !startedHere.isEmpty()) {
      progress.say("interrupted: ending what was started here");
    }
    endStartedHere(progress);
  }

  private void endStartedHere(ProgressDisplay progress) {
    if (startedHere.contains(StackComponent.INFRA)) {
      // Without it nothing else of the stack can go on, and nothing of it ran before.
      int ignored = new StackShutdown(options).endEverything(progress);
    } else {
      if (watchdogStartedHere) {
        end(process(StackWatchdog.NAME).stream());
      }
      end(startedHere.stream().flatMap(component -> process(component).stream()));
    }
    watchdogStartedHere = false;
    startedHere.clear();
  }

  private static void end(Stream<ProcessHandle> processes) {
    StackProcesses.end(processes.toList(), GRACE);
  }

  private static boolean removeHook(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook itself does it.
      return false;
    }
  }
}
