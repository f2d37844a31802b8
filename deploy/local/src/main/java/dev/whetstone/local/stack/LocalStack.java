package dev.whetstone.local.stack;

import dev.whetstone.local.keys.KeyFile;
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
  private final Set<Component> startedHere = ConcurrentHashMap.newKeySet();
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
    start(Progress.silent());
  }

  /**
   * Starts whatever does not run and returns when everything is ready. When that fails, or the JVM
   * is asked to end meanwhile (Ctrl-C), what this call started is ended, and nothing else.
   *
   * @throws StackException when a port is held by somebody else, something is not built, or a
   *     component does not become ready
   */
  public void start(Progress progress) {
    options.home().create();
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      KeyFile.at(options.home().keysFile()).createIfAbsent();
      PortCheck.of(options, this::isRunning).run();
      PortOffset.remember(options, Stream.of(Component.values()).anyMatch(this::isRunning));
      try (Guard ignoredToo = endOnInterrupt(progress)) {
        startInOrder(progress);
      } catch (RuntimeException e) {
        // Interrupted, the hook says what is ended; this ends what came up in the same moment.
        endStartedHere(interrupted ? Progress.silent() : progress);
        throw e;
      }
    }
  }

  private void startInOrder(Progress progress) {
    options.components().forEach(this::requireBuilt);
    start(Component.INFRA);
    start(Component.MODEL_SERVER);
    awaitReady(Component.INFRA, progress);
    for (Component component : Component.values()) {
      start(component);
    }
    for (Component component : Component.values()) {
      awaitReady(component, progress);
    }
  }

  /** Starts one component unless it runs already or does not belong to this stack. */
  public void start(Component component) {
    if (!options.components().contains(component) || isRunning(component)) {
      return;
    }
    if (interrupted) {
      throw new StackException("interrupted while starting", "run it again");
    }
    requireBuilt(component);
    LaunchPlan plan = LaunchPlan.of(component, options);
    Map<String, String> environment = new HashMap<>(plan.environment());
    if (component == Component.CURATION) {
      // Digests of end users are keyed with it, so it must outlive restarts.
      environment.putIfAbsent(
          "WHETSTONE_CURATION_HMAC_KEY", StackSecret.of(options.home(), "curation-hmac"));
    }
    Process process =
        Launcher.start(
            plan.command(), environment, options.project(), options.home().log(component));
    startedHere.add(component);
    PidFile.of(component.id(), process.toHandle(), plan.command())
        .write(options.home().pidFile(component.id()));
  }

  private void requireBuilt(Component component) {
    Path needs = LaunchPlan.of(component, options).needs();
    if (!Files.exists(needs)) {
      throw new StackException(
          "cannot start " + component.description() + ": " + needs + " is not there",
          "build it: ./whetstone up does, or ./mvnw -DskipTests package");
    }
  }

  /** Returns when the component answers. */
  public void awaitReady(Component component) {
    awaitReady(component, Progress.silent());
  }

  /**
   * Returns when the component answers.
   *
   * @throws StackException with the end of its log when it ended or did not answer in time
   */
  public void awaitReady(Component component, Progress progress) {
    if (!options.components().contains(component)) {
      return;
    }
    Optional<Boolean> ready =
        progress.await(
            component.description(),
            READY_LIMIT,
            () -> Readiness.lastLine(options, component),
            () -> {
              if (isRunning(component)) {
                return Readiness.isReady(component, options) ? Optional.of(true) : Optional.empty();
              }
              return Optional.of(false);
            });
    if (!ready.orElse(false)) {
      throw new StackException(
          component.description()
              + (ready.isPresent() ? " ended while starting" : " did not become ready in time")
              + "; the end of its log:\n"
              + Readiness.endOfLog(options, component),
          "the whole log: " + options.home().log(component));
    }
  }

  /** Whether the component answers now. */
  public boolean isReady(Component component) {
    return isRunning(component) && Readiness.isReady(component, options);
  }

  public boolean isRunning(Component component) {
    return process(component).isPresent();
  }

  /** The component's process, if it is alive. */
  public Optional<ProcessHandle> process(Component component) {
    return process(component.id());
  }

  private Optional<ProcessHandle> process(String name) {
    return PidFile.processIn(options.home().pidFile(name));
  }

  /**
   * Ends one component as {@code kill -9} does and returns when it is gone. What it had started
   * itself (PostgreSQL, a training attempt) lives on.
   */
  public void kill(Component component) {
    process(component)
        .ifPresent(
            process -> {
              process.destroyForcibly();
              Processes.awaitExit(process, GRACE);
            });
  }

  /**
   * Ends every process of this stack at once, as a power cut does: its watchdog and PostgreSQL too.
   */
  public void killEverything() {
    new Ending(options).endEverythingAtOnce();
  }

  /** Asks one component to end and returns when it is gone. */
  public void stop(Component component) {
    end(process(component).stream());
  }

  /** Starts the process that restarts components which end by themselves. */
  public void startWatchdog() {
    if (process(Watchdog.NAME).isPresent()) {
      return;
    }
    List<String> command = Watchdog.command(options);
    Process process =
        Launcher.start(
            command,
            Map.of(Processes.MARK, options.home().directory().toString()),
            options.project(),
            options.home().logs().resolve(Watchdog.NAME + ".log"));
    watchdogStartedHere = true;
    PidFile.of(Watchdog.NAME, process.toHandle(), command)
        .write(options.home().pidFile(Watchdog.NAME));
  }

  /** Ends every process of this stack, also those that outlived the one that started them. */
  public void down() {
    down(Progress.silent());
  }

  /**
   * Ends every process of this stack: first the watchdog, then the services, what they started, and
   * last Kafka and PostgreSQL.
   *
   * @return how many processes were ended
   */
  public int down(Progress progress) {
    if (!Files.isDirectory(options.home().directory())) {
      return 0;
    }
    try (StackLock ignored = StackLock.take(options.home(), progress)) {
      return new Ending(options).endEverything(progress);
    }
  }

  /** Deletes the data of a stack that does not run: Kafka, PostgreSQL, object store, attempts. */
  public void deleteData() {
    if (isRunning(Component.INFRA)) {
      throw new StackException("the stack still runs", "end it first: ./whetstone down");
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
  public Guard endOnInterrupt(Progress progress) {
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

  private void interrupt(Progress progress) {
    interrupted = true;
    if (watchdogStartedHere || !startedHere.isEmpty()) {
      progress.say("interrupted: ending what was started here");
    }
    endStartedHere(progress);
  }

  private void endStartedHere(Progress progress) {
    if (startedHere.contains(Component.INFRA)) {
      // Without it nothing else of the stack can go on, and nothing of it ran before.
      int ignored = new Ending(options).endEverything(progress);
    } else {
      if (watchdogStartedHere) {
        end(process(Watchdog.NAME).stream());
      }
      end(startedHere.stream().flatMap(component -> process(component).stream()));
    }
    watchdogStartedHere = false;
    startedHere.clear();
  }

  private static void end(Stream<ProcessHandle> processes) {
    Processes.end(processes.toList(), GRACE);
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
