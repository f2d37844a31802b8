package dev.whetstone.system;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import dev.whetstone.testing.KafkaProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * A separate stack for one test class, with its own processes, ports and folders. It is stopped
 * after the class and affects no other processes. When a test fails, the logs are kept in {@code
 * target/logs/<class>}.
 *
 * <pre>{@code
 * @RegisterExtension static final WhetstoneUnderTest whetstone = WhetstoneUnderTest.of(StackComponent.all());
 * }</pre>
 */
final class WhetstoneUnderTest implements BeforeAllCallback, AfterAllCallback, TestWatcher {
  static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  private LocalStack stack;
  private final Map<String, String> keys = new ConcurrentHashMap<>();

  /** Stops the stack when the test JVM is terminated. */
  private final Thread onExit = new Thread(this::close, "stop-whetstone-under-test");

  private boolean failed;

  private WhetstoneUnderTest(LocalStack stack) {
    this.stack = stack;
  }

  /** A stack with only these components. */
  static WhetstoneUnderTest of(Set<StackComponent> components) {
    return of(components, Map.of());
  }

  /** The same, with additional environment variables for its services. */
  static WhetstoneUnderTest of(Set<StackComponent> components, Map<String, String> environment) {
    return new WhetstoneUnderTest(
        LocalStack.of(
            thisVersion(temporaryHome(), StackPorts.free())
                .withComponents(components)
                .withEnvironment(environment)));
  }

  /**
   * A stack with the programs of an earlier version until {@link #upgrade()}.
   *
   * @param property system property with the folder that {@code upgrade.sh} makes; without it, the
   *     tests are skipped and this version's programs are named
   */
  static WhetstoneUnderTest ofEarlierVersion(String property) {
    String folder = System.getProperty(property, "");
    Path home = temporaryHome();
    StackPorts ports = StackPorts.free();
    return new WhetstoneUnderTest(
        LocalStack.of(
            folder.isEmpty()
                ? thisVersion(home, ports)
                : StackOptions.standard(Path.of(folder, "earlier"))
                    .at(home, ports)
                    .withPython(Path.of(folder, "venv/bin/python"))));
  }

  private static StackOptions thisVersion(Path home, StackPorts ports) {
    StackOptions standard = StackOptions.standard(PROJECT);
    return standard.at(home, ports).withPython(standard.home().python());
  }

  /** Stops the stack and starts this version's programs with its data and ports. */
  void upgrade() {
    stack.down();
    stack = LocalStack.of(thisVersion(stack.options().home().directory(), stack.options().ports()));
    stack.start();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      stack.start();
    } catch (RuntimeException e) {
      keepLogs(context);
      end();
      throw e;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (failed || context.getExecutionException().isPresent()) {
      keepLogs(context);
    }
    end();
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    failed = true;
  }

  LocalStack stack() {
    return stack;
  }

  StackPorts ports() {
    return stack.options().ports();
  }

  Path store() {
    return stack.options().home().store();
  }

  /** A client with a key of the tenant that has every scope. */
  ApiClient api(String tenant) {
    return api(tenant, "support-app", false);
  }

  /** A client with a key of one application of the tenant. */
  ApiClient api(String tenant, String application, boolean publishable) {
    String key =
        keys.computeIfAbsent(
            tenant + "-" + application,
            id ->
                KeyFile.at(stack.options().home().keysFile())
                    .create(id, tenant, application, KeyEntry.SCOPES, publishable)
                    .text());
    return new ApiClient(ports(), key);
  }

  KafkaProbe kafka() {
    return KafkaProbe.at("127.0.0.1:" + ports().kafka());
  }

  /**
   * Declares a loop under the tenant and name of its content, and returns when every running
   * service has the declaration.
   */
  void declare(LoopFile loop) {
    ApiClient api = api(loop.tenant());
    JsonNode declared =
        ApiClient.require(
            StackComponent.EVAL,
            "PUT /v1/loops/" + loop.name(),
            LoopDeclarer.declare(api, loop.name(), loop.content()));
    String digest = declared.path("specSha256").asText();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                LoopDeclarer.servicesMissing(api, loop.name(), digest).stream()
                    .noneMatch(stack::isRunning));
  }

  /** Kills a component with SIGKILL and restarts it. */
  void killAndRestart(StackComponent component) {
    stack.kill(component);
    stack.start(component);
    stack.awaitReady(component);
  }

  private void keepLogs(ExtensionContext context) {
    Path target = Path.of("target/logs", context.getRequiredTestClass().getSimpleName());
    Path home = stack.options().home().directory();
    try (Stream<Path> files = Files.walk(home)) {
      Files.createDirectories(target);
      for (Path file : files.filter(f -> isLog(home.relativize(f))).toList()) {
        String name = home.relativize(file).toString().replace('/', '_');
        Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("cannot keep the logs in " + home + ": " + e);
    }
    System.err.println("the logs of the failed test are in " + target.toAbsolutePath());
  }

  /** Kafka data files contain ".log" too. */
  private boolean isLog(Path file) {
    return file.toString().contains(".log")
        && !file.startsWith(stack.options().home().data().getFileName());
  }

  private void end() {
    boolean ignored = Runtime.getRuntime().removeShutdownHook(onExit);
    close();
  }

  private void close() {
    stack.close();
    Path home = stack.options().home().directory();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("cannot delete " + home + ": " + e.getMessage());
    }
  }

  private static Path temporaryHome() {
    try {
      return Files.createTempDirectory("whetstone-system-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
