package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.InfrastructureMain;
import dev.whetstone.embedded.PostgresProcess;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Checks before a start that the ports of the stack are usable: adopts processes of this stack and
 * fails when another process holds a port.
 */
record PortCheck(StackOptions options, Predicate<StackComponent> running) {

  static PortCheck of(StackOptions options, Predicate<StackComponent> running) {
    return new PortCheck(options, running);
  }

  /**
   * Checks the ports of every component that is not running.
   *
   * @throws RemedyException naming the port, its purpose and the process that holds it
   */
  void run() {
    for (StackComponent component : StackComponent.values()) {
      if (options.components().contains(component)) {
        options.ports().of(component).forEach((port, use) -> check(component, port, use));
      }
    }
  }

  private void check(StackComponent component, int port, String use) {
    if (running.test(component) || PortOwners.isFree(port)) {
      return;
    }
    Optional<ProcessHandle> owner = PortOwners.of(port);
    if (owner.filter(this::isOurPostgres).isPresent()) {
      // Its parent was killed: the new infra process stops it before it starts PostgreSQL again.
      return;
    }
    if (owner.filter(this::isOurs).isPresent()) {
      PidFile.of(component.id(), owner.get(), List.of())
          .write(options.home().pidFile(component.id()));
      return;
    }
    throw new RemedyException(
        "port %d on 127.0.0.1 (for %s) is held by %s"
            .formatted(port, use, owner.map(PortOwners::describe).orElse("an unknown process")),
        "stop that process, or use other ports: WHETSTONE_PORT_OFFSET=1000 ./whetstone up");
  }

  private boolean isOurPostgres(ProcessHandle process) {
    return PostgresProcess.in(InfrastructureMain.postgresData(options.home().data()))
        .map(PostgresProcess::process)
        .filter(process::equals)
        .isPresent();
  }

  private boolean isOurs(ProcessHandle process) {
    return StackProcesses.isMarked(process, options.home().directory());
  }
}
