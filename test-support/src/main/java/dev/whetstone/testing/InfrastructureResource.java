package dev.whetstone.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Real Kafka and PostgreSQL for a service's tests: containers where a container engine answers and
 * holds the images, the embedded pair otherwise; the same tests either way. Both are started once
 * per JVM and reused by every test class; they end with the JVM.
 *
 * <pre>{@code
 * @QuarkusTest
 * @WithTestResource(InfrastructureResource.class)
 * class AdmissionIT { ... }
 * }</pre>
 *
 * <p>{@code -Dwhetstone.test.infrastructure=containers|embedded} decides instead of the look round.
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
    settings.put("whetstone.keys.file", keysFile(connection.storeDirectory()).toString());
    return settings;
  }

  @Override
  public void stop() {
    // The next test class reuses it; it ends with the JVM.
  }

  private static Path keysFile(Path storeDirectory) {
    try {
      return Files.writeString(storeDirectory.resolveSibling("keys.json"), TestKeys.file());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the test keys beside " + storeDirectory, e);
    }
  }
}
