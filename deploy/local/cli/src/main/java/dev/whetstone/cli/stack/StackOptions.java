package dev.whetstone.cli.stack;

import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * The components of a stack and the places that it uses.
 *
 * @param project the checkout with the built services and the base model of the demo
 * @param home folder of state, logs and keys
 * @param components the processes of the stack
 * @param javaHome home of the JDK that runs the JVM processes
 * @param python interpreter of the worker environment
 * @param baseModel folder of the model that the model server serves
 * @param baseName name under which it serves that model
 * @param heaps {@code -Xmx} of each JVM, for example {@code 256m}
 * @param environment variables of the services beside the stack's own, which they replace
 */
public record StackOptions(
    Path project,
    StackHome home,
    StackPorts ports,
    Set<StackComponent> components,
    Path javaHome,
    Path python,
    Path baseModel,
    String baseName,
    Map<StackComponent, String> heaps,
    Map<String, String> environment) {

  public StackOptions {
    components = Set.copyOf(components);
    heaps = Map.copyOf(heaps);
    environment = Map.copyOf(environment);
  }

  /** The stack that {@code ./whetstone} runs for the checkout {@code project}. */
  public static StackOptions standard(Path project) {
    StackHome home = new StackHome(project.resolve(".whetstone"));
    Path root = home.directory().getParent();
    Map<StackComponent, String> heaps = new EnumMap<>(StackComponent.class);
    for (StackComponent component : StackComponent.values()) {
      heaps.put(component, component == StackComponent.INFRA ? "384m" : "256m");
    }
    return new StackOptions(
        root,
        home,
        StackPorts.standard(),
        StackComponent.all(),
        Path.of(System.getProperty("java.home")),
        home.python(),
        root.resolve("deploy/local/demo/base"),
        "support-base",
        heaps,
        Map.of());
  }

  /** A copy with another state folder and other ports, for example for a test. */
  public StackOptions at(Path home, StackPorts otherPorts) {
    return new StackOptions(
        project,
        new StackHome(home),
        otherPorts,
        components,
        javaHome,
        python,
        baseModel,
        baseName,
        heaps,
        environment);
  }

  public StackOptions withComponents(Set<StackComponent> only) {
    return new StackOptions(
        project, home, ports, only, javaHome, python, baseModel, baseName, heaps, environment);
  }

  /** A copy with another worker interpreter, for example that of the checkout in a test. */
  public StackOptions withPython(Path interpreter) {
    return new StackOptions(
        project,
        home,
        ports,
        components,
        javaHome,
        interpreter,
        baseModel,
        baseName,
        heaps,
        environment);
  }

  /** A copy whose services have more variables, for example those of another object store. */
  public StackOptions withEnvironment(Map<String, String> variables) {
    return new StackOptions(
        project, home, ports, components, javaHome, python, baseModel, baseName, heaps, variables);
  }

  /**
   * Folders whose files the loops of every tenant may name: the demo's and those that the
   * environment names. Folders of one tenant are passed on as {@code WHETSTONE_INPUTS_<TENANT>}.
   */
  String sharedInputs() {
    String demo = project.toAbsolutePath().normalize().resolve("deploy/local/demo").toString();
    String others = setting("WHETSTONE_SHARED_INPUTS", "");
    return demo.replace(",", "\\,") + (others.isEmpty() ? "" : "," + others);
  }

  /** The endpoints that loops may name: those of this machine, unless the environment says more. */
  String allowedEndpoints() {
    return setting("WHETSTONE_ENDPOINTS_ALLOW", "loopback");
  }

  private static String setting(String variable, String otherwise) {
    String value = System.getenv(variable);
    return value == null || value.isBlank() ? otherwise : value;
  }

  Path java() {
    return javaHome.resolve("bin/java");
  }

  /** The class path of the command line: the built jars, or that of the running test. */
  String classPath() {
    Path target = project.resolve("deploy/local/cli/target");
    String running =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean built = Files.isDirectory(target.resolve("lib"));
    return built && !running.contains("test-classes")
        ? target.resolve("whetstone-cli-0.1.0-SNAPSHOT.jar") + ":" + target.resolve("lib/*")
        : running;
  }
}
