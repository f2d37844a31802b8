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
 * Ends every process of a stack, each only when nobody needs it any more: the watchdog, the
 * services and the model server, what these had started, Kafka and PostgreSQL.
 */
record StackShutdown(StackOptions options) {
  /** A service closes its Kafka consumers one after the other: a dozen seconds at rest. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final Set<StackComponent> ALL_BUT_INFRA =
      EnumSet.complementOf(EnumSet.of(StackComponent.INFRA));

  /** Says how many processes were ended. */
  int endEverything(ProgressDisplay progress) {
    int ended = end(process(StackWatchdog.NAME).stream().toList());
    progress.say("ending the services and the model server");
    // Training asks its workers itself, so that they save and are resumed.
    ended +=
        end(ALL_BUT_INFRA.stream().flatMap(component -> process(component.id()).stream()).toList());
    List<ProcessHandle> started = markedButInfrastructure();
    StackProcesses.endChildrenFirst(started, GRACE);
    ended += started.size();
    progress.say("ending Kafka and PostgreSQL");
    ended += end(process(StackComponent.INFRA.id()).stream().toList());
    // One whose parent was killed.
    Optional<PostgresProcess> left = postmaster();
    left.ifPresent(PostgresProcess::end);
    options.home().forgetRun();
    return ended + (left.isPresent() ? 1 : 0);
  }

  /** All at the same moment and by force; nothing is forgotten or put in order. */
  void endEverythingAtOnce() {
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

  private static int end(Collection<ProcessHandle> processes) {
    StackProcesses.end(processes, GRACE);
    return processes.size();
  }
}
