package dev.whetstone.local.stack;

import dev.whetstone.local.infra.InfrastructureMain;
import dev.whetstone.local.infra.Postmaster;
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
record Ending(StackOptions options) {
  /** A service closes its Kafka consumers one after the other: a dozen seconds at rest. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final Set<Component> ALL_BUT_INFRA =
      EnumSet.complementOf(EnumSet.of(Component.INFRA));

  /** Says how many processes were ended. */
  int endEverything(Progress progress) {
    int ended = end(process(Watchdog.NAME).stream().toList());
    progress.say("ending the services and the model server");
    // Training asks its workers itself, so that they save and are resumed.
    ended +=
        end(ALL_BUT_INFRA.stream().flatMap(component -> process(component.id()).stream()).toList());
    List<ProcessHandle> started = markedButInfrastructure();
    Processes.endChildrenFirst(started, GRACE);
    ended += started.size();
    progress.say("ending Kafka and PostgreSQL");
    ended += end(process(Component.INFRA.id()).stream().toList());
    // One whose parent was killed.
    Optional<Postmaster> left = postmaster();
    left.ifPresent(Postmaster::end);
    options.home().forgetRun();
    return ended + (left.isPresent() ? 1 : 0);
  }

  /** All at the same moment and by force; nothing is forgotten or put in order. */
  void endEverythingAtOnce() {
    List<ProcessHandle> all =
        Stream.of(
                process(Watchdog.NAME).stream(),
                Component.all().stream().flatMap(component -> process(component.id()).stream()),
                postmaster().map(Postmaster::process).stream(),
                Processes.marked(options.home().directory()).stream())
            .flatMap(processes -> processes)
            .distinct()
            .toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }

  private List<ProcessHandle> markedButInfrastructure() {
    Set<ProcessHandle> infrastructure =
        Stream.concat(
                process(Component.INFRA.id()).stream(),
                postmaster().map(Postmaster::process).stream())
            .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
            .collect(Collectors.toSet());
    return Processes.marked(options.home().directory()).stream()
        .filter(process -> !infrastructure.contains(process))
        .toList();
  }

  private Optional<Postmaster> postmaster() {
    return Postmaster.in(InfrastructureMain.postgresData(options.home().data()));
  }

  private Optional<ProcessHandle> process(String name) {
    return PidFile.processIn(options.home().pidFile(name));
  }

  private static int end(Collection<ProcessHandle> processes) {
    Processes.end(processes, GRACE);
    return processes.size();
  }
}
