package dev.whetstone.cli.command;

import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.OperatorKeys;
import dev.whetstone.cli.stack.PortOffset;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Path;

/**
 * The checkout that the commands work on and its stack.
 *
 * @param project the checkout's root folder
 */
public record CommandContext(
    Path project, StackOptions options, LocalStack stack, Terminal terminal) {
  /** The tenant of the demo and of the first key. */
  public static final String TENANT = "demo";

  /** From what the script says: the property {@code whetstone.project} and the port offset. */
  public static CommandContext current() {
    Path project = Path.of(System.getProperty("whetstone.project", "."));
    StackOptions standard = StackOptions.standard(project);
    int offset = PortOffset.of(standard.home(), System.getenv(PortOffset.VARIABLE));
    StackOptions options =
        standard.at(standard.home().directory(), StackPorts.standard().shifted(offset));
    return new CommandContext(
        options.project(), options, LocalStack.of(options), Terminal.standard());
  }

  /** The services, called with a tenant's operator key. */
  public ApiClient api(String tenant) {
    return new ApiClient(options.ports(), new OperatorKeys(options.home()).of(tenant));
  }

  public OperatorKeys operatorKeys() {
    return new OperatorKeys(options.home());
  }

  /** Says that the stack must run for what was asked, unless it does. */
  public void requireRunning(StackComponent component) {
    if (!stack.isRunning(component)) {
      throw new RemedyException(
          component.description() + " does not run", "start the stack: ./whetstone up");
    }
  }
}
