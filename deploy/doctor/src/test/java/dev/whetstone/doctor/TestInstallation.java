package dev.whetstone.doctor;

import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckRunner;
import dev.whetstone.doctor.report.DoctorReport;
import dev.whetstone.doctor.settings.InstalledService;
import dev.whetstone.doctor.settings.ServiceName;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.testing.TestInfrastructure;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;

/**
 * A healthy installation: real Kafka and PostgreSQL with migrated databases, a store folder, and
 * stand-ins for the HTTP side of services and of a model server. Tests break one thing each.
 */
final class TestInstallation implements AutoCloseable {
  static final String BASE = "support-base";
  private static final Path BASE_MODEL = Path.of("../local/demo/base").toAbsolutePath().normalize();

  /** Databases that no test has changed since they were migrated. */
  private static final Set<ServiceName> INTACT = EnumSet.noneOf(ServiceName.class);

  private static final String UP = "{\"status\":\"UP\",\"checks\":[]}";

  final TestInfrastructure infrastructure = TestInfrastructure.shared();
  final CannedServer services = new CannedServer();
  final CannedServer models = new CannedServer();
  final Map<ServiceName, Map<String, String>> environments = new EnumMap<>(ServiceName.class);
  final Path store;
  Clock clock = Clock.systemUTC();
  Duration limit = Duration.ofSeconds(10);

  TestInstallation(Path folder) throws IOException, SQLException {
    store = Files.createDirectory(folder.resolve("store"));
    for (ServiceName service : ServiceName.values()) {
      services.answer("/" + service.id() + "/q/health/ready", 200, UP);
      environments.put(service, environment(service));
      if (service.hasDatabase()) {
        createDatabase(service);
      }
    }
    models
        .answer("/v1/models", 200, "{\"data\":[{\"id\":\"%s\"}]}".formatted(BASE))
        .answer("/v1/load_lora_adapter", 400, "{\"error\":{\"message\":\"a name is missing\"}}")
        .answer("/version", 200, "{\"version\":\"0.32.0\"}");
    declareLoop(UnaryOperator.identity());
  }

  private Map<String, String> environment(ServiceName service) {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", infrastructure.bootstrapServers());
    environment.put("WHETSTONE_DB_URL", url(service.id()));
    environment.put("WHETSTONE_DB_USER", infrastructure.user());
    environment.put("WHETSTONE_DB_PASSWORD", infrastructure.password());
    environment.put("WHETSTONE_STORE_URI", store.toUri().toString());
    environment.put("WHETSTONE_ENDPOINTS_ALLOW", "loopback");
    return environment;
  }

  String url(String database) {
    return infrastructure.jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/" + database + "$1");
  }

  private void execute(String database, String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                url(database), infrastructure.user(), infrastructure.password());
        var each = connection.createStatement()) {
      each.execute(statement);
    }
  }

  private void createDatabase(ServiceName service) throws SQLException {
    if (INTACT.add(service)) {
      execute("service", "drop database if exists " + service.id() + " with (force)");
      execute("service", "create database " + service.id());
      Flyway.configure()
          .dataSource(url(service.id()), infrastructure.user(), infrastructure.password())
          .locations("classpath:db/kit", "classpath:services/" + service.id() + "/db/migration")
          .load()
          .migrate();
    }
  }

  /** Changes the tables of a service; the next installation gets new ones. */
  void damage(ServiceName service, String statement) throws SQLException {
    INTACT.remove(service);
    execute(service.id(), statement);
  }

  /** Declares the loop demo/support, the only one. */
  void declareLoop(UnaryOperator<String> change) throws SQLException {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: demo, name: support}
        spec:
          baseModel: {uri: "%s"}
          consent: {default: allow}
          serving: {endpoint: "%s", baseName: %s, lora: {maxRank: 64}}
        """
            .formatted(BASE_MODEL.toUri(), models.url(), BASE);
    var declaration = LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "loop.yaml", null);
    execute("eval", "delete from declared_loop");
    execute(
        "eval",
        "insert into declared_loop (tenant, loop, spec_sha256, revision, spec) values ('demo',"
            + " 'support', 'x', 1, '%s'::jsonb)"
                .formatted(change.apply(Json.text(declaration.spec())).replace("'", "''")));
  }

  void set(ServiceName service, String variable, String value) {
    environments.get(service).put(variable, value);
  }

  void setAll(String variable, String value) {
    environments.values().forEach(environment -> environment.put(variable, value));
  }

  private static KubernetesClient noCluster() {
    throw new AssertionError("no service of this installation uses a cluster");
  }

  DoctorReport examine() throws InterruptedException {
    List<InstalledService> installed =
        environments.entrySet().stream()
            .map(
                each ->
                    new InstalledService(
                        each.getKey(),
                        each.getValue(),
                        Optional.of(services.url() + "/" + each.getKey().id()),
                        "start it with ./whetstone up"))
            .toList();
    DoctorPlan plan = new DoctorPlan(clock, limit, TestInstallation::noCluster);
    CheckRunner runner = new CheckRunner(limit);
    List<CheckResult> results = new ArrayList<>(runner.run(plan.checks(installed)));
    results.addAll(runner.run(plan.modelServers()));
    return new DoctorReport(results);
  }

  /** The lines of what is wrong. */
  List<String> faults() throws InterruptedException {
    return examine().results().stream()
        .filter(CheckResult::isFault)
        .map(CheckResult::line)
        .toList();
  }

  @Override
  public void close() {
    services.close();
    models.close();
  }
}
