package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.InfrastructureMain;
import dev.whetstone.embedded.PostgresProcess;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Looks before a start whether the stack's ports can be used: adopts what is ours and refuses to go
 * on when somebody else holds one.
 */
record PortCheck(StackOptions options, Predicate<StackComponent> running) {

  static PortCheck of(StackOptions options, Predicate<StackComponent> running) {
    return new PortCheck(options, running);
  }

  /**
   * Checks the ports of every component that does not run.
   *
   * @throws RemedyException naming the port, what it is for and who holds it
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
      // Its parent was killed: the infra process ends it before it starts anew.
      return;
    }
    if (owner.filter(this::isOurs).isPresent()) {
      PidFile.of(component.id(), owner.get(), List.of())
          .write(options.home().pidFile(component.id()));
      return;
    }
    throw new RemedyException(
        "port %d on 127.0.0.1 (for %s) is held by %s"
            .formatted(
                port,
                use,
                owner.map(PortOwners::describe).orElse("a process that the system does not name")),
        "end that process, or use other ports: WHETSTONE_PORT_OFFSET=1000 ./whetstone up");
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
