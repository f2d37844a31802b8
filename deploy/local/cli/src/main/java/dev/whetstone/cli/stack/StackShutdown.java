package dev.whetstone.cli.stack;

import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.InfrastructureMain;
import dev.whetstone.embedded.PostgresProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stops every process of a stack in dependency order: the watchdog, the services and the model
 * server, their descendants, and last Kafka and PostgreSQL.
 */
record StackShutdown(StackOptions options) {
  /**
   * A service closes its Kafka consumers sequentially, which takes about twelve seconds when idle.
   */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final Set<StackComponent> ALL_BUT_INFRA =
      EnumSet.complementOf(EnumSet.of(StackComponent.INFRA));

  /** Returns the number of stopped processes. */
  int stopAll(ProgressDisplay progress) {
    int stopped = stop(process(StackWatchdog.NAME).stream().toList());
    progress.print("stopping the services and the model server");
    // The training service stops its workers itself, so that they save a resume point.
    stopped +=
        stop(
            ALL_BUT_INFRA.stream().flatMap(component -> process(component.id()).stream()).toList());
    List<ProcessHandle> started = markedButInfrastructure();
    StackProcesses.stopChildrenFirst(started, GRACE);
    stopped += started.size();
    progress.print("stopping Kafka and PostgreSQL");
    stopped += stop(process(StackComponent.INFRA.id()).stream().toList());
    // A PostgreSQL server whose parent was killed.
    Optional<PostgresProcess> left = postmaster();
    left.ifPresent(PostgresProcess::stop);
    options.home().deleteRunFiles();
    return stopped + (left.isPresent() ? 1 : 0);
  }

  /** Kills all processes at once and leaves their files unchanged. */
  void killAll() {
    List<ProcessHandle> all =
        Stream.of(
                process(StackWatchdog.NAME).stream(),
                StackComponent.all().stream()
                    .flatMap(component -> process(component.id()).stream()),
                postmaster().map(PostgresProcess::process).stream(),
                StackProcesses.marked(options.home().directory()).stream())
            .flatMap(processes -> processes)
            .distinct()
            .toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }

  private List<ProcessHandle> markedButInfrastructure() {
    Set<ProcessHandle> infrastructure =
        Stream.concat(
                process(StackComponent.INFRA.id()).stream(),
                postmaster().map(PostgresProcess::process).stream())
            .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
            .collect(Collectors.toSet());
    return StackProcesses.marked(options.home().directory()).stream()
        .filter(process -> !infrastructure.contains(process))
        .toList();
  }

  private Optional<PostgresProcess> postmaster() {
    return PostgresProcess.in(InfrastructureMain.postgresData(options.home().data()));
  }

  private Optional<ProcessHandle> process(String name) {
    return PidFile.processIn(options.home().pidFile(name));
  }

  private static int stop(Collection<ProcessHandle> processes) {
    StackProcesses.stop(processes, GRACE);
    return processes.size();
  }
}
