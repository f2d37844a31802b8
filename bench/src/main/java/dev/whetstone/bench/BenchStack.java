package dev.whetstone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.stack.LocalStack;
import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.cli.terminal.ConditionWait;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A stack with a temporary folder and free ports; it is stopped and deleted at the end. */
final class BenchStack implements AutoCloseable {
  static final Set<StackComponent> SERVICES =
      EnumSet.of(
          StackComponent.INGEST,
          StackComponent.CURATION,
          StackComponent.TRAINING,
          StackComponent.EVAL);

  private static final Duration DECLARED_WITHIN = Duration.ofMinutes(2);
  private final LocalStack stack;
  private final Path home;
  private final Map<String, String> keys = new ConcurrentHashMap<>();

  private final LocalStack.Guard guard;

  private BenchStack(LocalStack stack, Path home, LocalStack.Guard guard) {
    this.stack = stack;
    this.home = home;
    this.guard = guard;
  }

  /** A stack without a model server whose services have their default settings. */
  static BenchStack start(CommandContext context) {
    return start(context, false, Map.of());
  }

  /**
   * @param withModels whether the model server runs too
   * @param variables settings of the services, as environment variables
   */
  static BenchStack start(
      CommandContext context, boolean withModels, Map<String, String> variables) {
    try {
      Path home = Files.createTempDirectory("whetstone-bench-");
      StackOptions standard = context.options();
      Set<StackComponent> components = EnumSet.copyOf(SERVICES);
      components.add(StackComponent.INFRA);
      if (withModels) {
        components.add(StackComponent.MODEL_SERVER);
      }
      LocalStack stack =
          LocalStack.of(
              standard
                  .at(home, StackPorts.free())
                  .withPython(standard.home().python())
                  .withEnvironment(variables)
                  .withComponents(components));
      // Ctrl-C ends the whole stack, whatever the benchmark does at that time.
      BenchStack bench = new BenchStack(stack, home, stack.stopOnInterrupt(context.terminal()));
      try {
        stack.start(context.terminal());
      } catch (RuntimeException e) {
        bench.close();
        throw e;
      }
      return bench;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a temporary folder", e);
    }
  }

  LocalStack stack() {
    return stack;
  }

  Path store() {
    return stack.options().home().store();
  }

  /** A client with a key of the tenant that has every scope. */
  ApiClient api(String tenant) {
    String key =
        keys.computeIfAbsent(
            tenant,
            id ->
                KeyFile.at(stack.options().home().keysFile())
                    .create("bench-" + id, id, "bench", KeyEntry.SCOPES, false)
                    .text());
    return new ApiClient(stack.options().ports(), key);
  }

  /** The demo's loop file under another tenant and name, for the model server of this stack. */
  ObjectNode demoLoop(String tenant, String name) {
    ObjectNode loop =
        LoopFile.read(stack.options().project().resolve("deploy/local/demo/loop.yaml")).content();
    ((ObjectNode) loop.path("metadata")).put("tenant", tenant).put("name", name);
    ((ObjectNode) loop.at("/spec/serving"))
        .put("endpoint", "http://127.0.0.1:" + stack.options().ports().modelServer());
    return loop;
  }

  /** A loop that collects feedback and seals nothing. */
  ObjectNode collectingLoop(String tenant, String name) {
    ObjectNode loop =
        ApiClient.JSON.createObjectNode().put("apiVersion", "whetstone.dev/v1").put("kind", "Loop");
    loop.putObject("metadata").put("tenant", tenant).put("name", name);
    ObjectNode spec = loop.putObject("spec");
    spec.putObject("baseModel").put("uri", "hf://bench/base");
    spec.putObject("consent").put("default", "allow");
    spec.putObject("serving")
        .put("endpoint", "http://127.0.0.1:" + stack.options().ports().modelServer());
    spec.putObject("curation").putObject("seal").put("minExamples", 100_000);
    return loop;
  }

  void declare(ObjectNode loop) {
    String tenant = loop.at("/metadata/tenant").asText();
    String name = loop.at("/metadata/name").asText();
    ApiClient.require(
        StackComponent.EVAL,
        "PUT /v1/loops/" + name,
        LoopDeclarer.declare(api(tenant), name, loop));
  }

  /** Waits until every running service knows a loop, and with it those declared before it. */
  void awaitDeclared(String tenant, String name) {
    JsonNode loop = api(tenant).ok(StackComponent.EVAL, "/v1/loops/" + name);
    String digest = loop.path("specSha256").asText();
    Optional<Boolean> known =
        ConditionWait.until(
            DECLARED_WITHIN,
            () ->
                LoopDeclarer.servicesMissing(api(tenant), name, digest).isEmpty()
                    ? Optional.of(true)
                    : Optional.empty(),
            elapsed -> {});
    if (known.isEmpty()) {
      throw new RemedyException(
          "loop " + name + " did not reach every service", "see the logs in " + home);
    }
  }

  /** One number from the database of a service. */
  double number(StackComponent service, String query) {
    return query(service, query, row -> row.getDouble(1)).stream().findFirst().orElse(0.0);
  }

  /** The first column of a query on the database of a service. */
  List<String> names(StackComponent service, String query) {
    return query(service, query, row -> row.getString(1));
  }

  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(StackComponent service, String query, RowReader<T> reader) {
    String url =
        "jdbc:postgresql://127.0.0.1:%d/%s"
            .formatted(stack.options().ports().postgres(), service.id());
    List<T> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        rows.add(reader.read(row));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read " + url, e);
    }
  }

  /** CPU time that the process of a component has used, seconds. */
  double cpuSeconds(StackComponent component) {
    return stack
        .process(component)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(used -> used.toMillis() / 1000.0)
        .orElse(0.0);
  }

  /** The folder of the stack's logs, kept after the benchmark until the next one. */
  Path keptLogs() {
    return stack.options().project().resolve(".whetstone/bench-logs");
  }

  @Override
  public void close() {
    guard.close();
    stack.close();
    keepLogs();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + home, e);
    }
  }

  private void keepLogs() {
    try (Stream<Path> logs = Files.list(stack.options().home().logs())) {
      Files.createDirectories(keptLogs());
      for (Path log : logs.toList()) {
        Files.copy(log, keptLogs().resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the logs to " + keptLogs(), e);
    }
  }
}
