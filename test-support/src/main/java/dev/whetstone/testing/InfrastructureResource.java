package dev.whetstone.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Real Kafka and PostgreSQL for the tests of a service: containers if a container engine is
 * available and has the images, otherwise the embedded pair; the tests are the same. Both are
 * started once per JVM, reused by every test class, and stopped with the JVM.
 *
 * <pre>{@code
 * @QuarkusTest
 * @WithTestResource(InfrastructureResource.class)
 * class AdmissionIT { ... }
 * }</pre>
 *
 * <p>{@code -Dwhetstone.test.infrastructure=containers|embedded} overrides this detection.
 */
public final class InfrastructureResource implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    var connection = TestInfrastructure.shared();
    var settings = new HashMap<String, String>();
    settings.put("kafka.bootstrap.servers", connection.bootstrapServers());
    settings.put("quarkus.datasource.jdbc.url", connection.jdbcUrl());
    settings.put("quarkus.datasource.username", connection.user());
    settings.put("quarkus.datasource.password", connection.password());
    settings.put("whetstone.store.uri", connection.storeDirectory().toUri().toString());
    // Nothing listens there: no test reaches a bucket by mistake.
    settings.put("whetstone.s3.endpoint", "http://127.0.0.1:9");
    settings.put("whetstone.keys.file", keysFile(connection.storeDirectory()).toString());
    // Tests create their files and servers anywhere on this machine. Tenant "other" has no folder.
    for (String tenant : List.of("acme", "demo", "test")) {
      settings.put("whetstone.inputs." + tenant, "/");
    }
    settings.put("whetstone.endpoints.allow", "loopback");
    return settings;
  }

  @Override
  public void stop() {
    // The next test class reuses it; it stops with the JVM.
  }

  private static Path keysFile(Path storeDirectory) {
    try {
      return Files.writeString(storeDirectory.resolveSibling("keys.json"), TestKeys.file());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the test keys beside " + storeDirectory, e);
    }
  }
}
