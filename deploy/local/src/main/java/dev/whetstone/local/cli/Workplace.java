package dev.whetstone.local.cli;

import dev.whetstone.local.api.Api;
import dev.whetstone.local.keys.OperatorKeys;
import dev.whetstone.local.stack.LocalStack;
import dev.whetstone.local.stack.PortOffset;
import dev.whetstone.local.stack.Ports;
import dev.whetstone.local.stack.StackException;
import dev.whetstone.local.stack.StackOptions;
import dev.whetstone.local.terminal.Terminal;
import java.nio.file.Path;

/**
 * The checkout that the commands work on and its stack.
 *
 * @param project the checkout's root folder
 */
public record Workplace(Path project, StackOptions options, LocalStack stack, Terminal terminal) {
  /** The tenant of the demo and of the first key. */
  public static final String TENANT = "demo";

  /** From what the script says: the property {@code whetstone.project} and the port offset. */
  public static Workplace current() {
    Path project = Path.of(System.getProperty("whetstone.project", "."));
    StackOptions standard = StackOptions.standard(project);
    int offset = PortOffset.of(standard.home(), System.getenv(PortOffset.VARIABLE));
    StackOptions options =
        standard.at(standard.home().directory(), Ports.standard().shifted(offset));
    return new Workplace(options.project(), options, LocalStack.of(options), Terminal.standard());
  }

  /** The services, called with a tenant's operator key. */
  public Api api(String tenant) {
    return new Api(options.ports(), new OperatorKeys(options.home()).of(tenant));
  }

  public OperatorKeys operatorKeys() {
    return new OperatorKeys(options.home());
  }

  /** Says that the stack must run for what was asked, unless it does. */
  public void requireRunning(dev.whetstone.local.stack.Component component) {
    if (!stack.isRunning(component)) {
      throw new StackException(
          component.description() + " does not run", "start the stack: ./whetstone up");
    }
  }
}
