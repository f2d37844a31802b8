package dev.whetstone.cli.context;

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
 * The checkout that the commands use, and its stack.
 *
 * @param project root folder of the checkout
 */
public record CommandContext(
    Path project, StackOptions options, LocalStack stack, Terminal terminal) {
  /** The tenant of the demo and of the first key. */
  public static final String TENANT = "demo";

  /**
   * Reads the system property {@code whetstone.project}, which the script sets, and the port
   * offset.
   */
  public static CommandContext current() {
    Path project = Path.of(System.getProperty("whetstone.project", "."));
    StackOptions standard = StackOptions.standard(project);
    int offset = PortOffset.of(standard.home(), System.getenv(PortOffset.VARIABLE));
    StackOptions options =
        standard.at(standard.home().directory(), StackPorts.standard().shifted(offset));
    return new CommandContext(
        options.project(), options, LocalStack.of(options), Terminal.standard());
  }

  /** A client of the services with the operator key of a tenant. */
  public ApiClient api(String tenant) {
    return new ApiClient(options.ports(), new OperatorKeys(options.home()).of(tenant));
  }

  /** Where Kafka listens. */
  public String bootstrapServers() {
    return "127.0.0.1:" + options.ports().kafka();
  }

  public OperatorKeys operatorKeys() {
    return new OperatorKeys(options.home());
  }

  /** Throws a {@link RemedyException} unless {@code component} is running. */
  public void requireRunning(StackComponent component) {
    if (!stack.isRunning(component)) {
      throw new RemedyException(
          component.description() + " is not running", "start the stack: ./whetstone up");
    }
  }
}
