package dev.whetstone.local.stack;

import dev.whetstone.local.infra.InfrastructureMain;
import dev.whetstone.local.infra.Postmaster;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Looks before a start whether the stack's ports can be used: adopts what is ours and refuses to go
 * on when somebody else holds one.
 */
record PortCheck(StackOptions options, Predicate<Component> running) {

  static PortCheck of(StackOptions options, Predicate<Component> running) {
    return new PortCheck(options, running);
  }

  /**
   * Checks the ports of every component that does not run.
   *
   * @throws StackException naming the port, what it is for and who holds it
   */
  void run() {
    for (Component component : Component.values()) {
      if (options.components().contains(component)) {
        options.ports().of(component).forEach((port, use) -> check(component, port, use));
      }
    }
  }

  private void check(Component component, int port, String use) {
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
    throw new StackException(
        "port %d on 127.0.0.1 (for %s) is held by %s"
            .formatted(
                port,
                use,
                owner.map(PortOwners::describe).orElse("a process that the system does not name")),
        "end that process, or use other ports: WHETSTONE_PORT_OFFSET=1000 ./whetstone up");
  }

  private boolean isOurPostgres(ProcessHandle process) {
    return Postmaster.in(InfrastructureMain.postgresData(options.home().data()))
        .map(Postmaster::process)
        .filter(process::equals)
        .isPresent();
  }

  private boolean isOurs(ProcessHandle process) {
    return Processes.isMarked(process, options.home().directory());
  }
}
