package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A small process that restarts components that exit unexpectedly. */
public final class StackWatchdog {
  static final String NAME = "watchdog";
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final LocalStack stack;
  private final Map<StackComponent, Watched> watched = new EnumMap<>(StackComponent.class);

  /** State of a component between two checks. */
  private record Watched(RestartPolicy policy, long aliveSinceNanos, long restartAtNanos) {}

  private StackWatchdog(LocalStack stack) {
    this.stack = stack;
    long now = System.nanoTime();
    for (StackComponent component : stack.options().components()) {
      watched.put(component, new Watched(RestartPolicy.FRESH, now, 0));
    }
  }

  /** Arguments: the checkout, the state folder and the ports. */
  public static void main(String[] arguments) {
    StackOptions options =
        StackOptions.standard(Path.of(arguments[0]))
            .at(Path.of(arguments[1]), StackPorts.parse(arguments[2]));
    StackWatchdog watchdog = new StackWatchdog(LocalStack.of(options));
    while (true) {
      watchdog.check();
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  static List<String> command(StackOptions options) {
    return List.of(
        options.java().toString(),
        "-Xmx32m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        options.classPath(),
        StackWatchdog.class.getName(),
        options.project().toString(),
        options.home().directory().toString(),
        options.ports().argument());
  }

  private void check() {
    for (StackComponent component : StackComponent.values()) {
      if (watched.containsKey(component)) {
        check(component);
      }
    }
  }

  private void check(StackComponent component) {
    Watched before = watched.get(component);
    if (stack.isRunning(component)) {
      return;
    }
    long now = System.nanoTime();
    if (before.restartAtNanos() == 0) {
      RestartPolicy policy =
          before.policy().afterExit(Duration.ofNanos(now - before.aliveSinceNanos()));
      System.out.printf(
          "%s exited; restarting it in %d s%n",
          component.description(), policy.pause().toSeconds());
      watched.put(
          component, new Watched(policy, before.aliveSinceNanos(), now + policy.pause().toNanos()));
    } else if (now - before.restartAtNanos() >= 0 && restart(component)) {
      watched.put(component, new Watched(before.policy(), now, 0));
    }
  }

  /** Whether a restart was attempted; none is while another process starts or stops the stack. */
  private boolean restart(StackComponent component) {
    Optional<StackLock> lock = StackLock.tryTake(stack.options().home());
    lock.ifPresent(
        held -> {
          try (held) {
            stack.start(component);
          } catch (RemedyException e) {
            System.out.println(e.getMessage());
          }
        });
    return lock.isPresent();
  }
}
