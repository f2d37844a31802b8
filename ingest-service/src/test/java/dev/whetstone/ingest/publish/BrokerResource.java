package dev.whetstone.ingest.publish;

import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** Gives one test class a broker of its own. */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {
  private Broker broker;

  @Override
  public Map<String, String> start() {
    broker = new Broker();
    try {
      var keys =
          Files.writeString(Files.createTempFile("whetstone-keys-", ".json"), TestKeys.file());
      return Map.of(
          "kafka.bootstrap.servers", broker.bootstrapServers(),
          "whetstone.keys.file", keys.toString(),
          "whetstone.ingest.acknowledge-within", "2S");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the test keys", e);
    }
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(broker, new TestInjector.MatchesType(Broker.class));
  }

  @Override
  public void stop() {
    broker.close();
  }
}
