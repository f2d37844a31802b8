package dev.whetstone.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker and controller (KRaft) in this JVM, on 127.0.0.1 unless an address is given. Its
 * data is in one directory and survives a {@code kill -9}.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final String NODE_ID = "1";

  private final KafkaRaftServer server;
  private final String bootstrapServers;

  private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts the broker and formats its storage on the first start.
   *
   * @param directory directory of the log segments
   * @param port for clients
   * @param controllerPort for the controller
   * @throws InfrastructureException naming the directory and ports when it does not start
   */
  public static EmbeddedKafka start(Path directory, int port, int controllerPort) {
    return start(directory, new Address("127.0.0.1", "127.0.0.1", port, controllerPort));
  }

  /**
   * Where the broker is reached. The controller is always on 127.0.0.1.
   *
   * @param listen address on which it accepts connections
   * @param advertised host under which clients reach it
   */
  public record Address(String listen, String advertised, int port, int controllerPort) {}

  /** The same at an address. */
  public static EmbeddedKafka start(Path directory, Address address) {
    Path logs = directory.toAbsolutePath().resolve("data");
    reportExits(directory);
    try {
      format(logs);
      var config = KafkaConfig.fromProps(settings(logs, address), false);
      var server = new KafkaRaftServer(config, Time.SYSTEM);
      server.startup();
      return new EmbeddedKafka(server, address.advertised() + ":" + address.port());
    } catch (Exception e) {
      throw new InfrastructureException(
          "Kafka did not start on %s:%d (controller %d) with data in %s: %s. Free the ports, or move the directory away to start without data."
              .formatted(
                  address.listen(),
                  address.port(),
                  address.controllerPort(),
                  directory,
                  e.getMessage()),
          e);
    }
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path logs) throws IOException {
    Files.createDirectories(logs);
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    var formatter =
        new Formatter()
            .setClusterId(Uuid.randomUuid().toString())
            .setNodeId(Integer.parseInt(NODE_ID))
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(logs.toString())
            .setDirectories(List.of(logs.toString()))
            .setIgnoreFormatted(true);
    try {
      formatter.run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("formatting " + logs + " failed: " + e.getMessage(), e);
    }
  }

  /**
   * The broker exits the JVM on fatal errors and reports the cause only in its log, which may be
   * disabled. This reports it on standard error too.
   */
  private static void reportExits(Path directory) {
    Exit.Procedure report =
        (status, message) -> {
          System.err.printf(
              "Kafka in %s terminated this process with status %d: %s%n",
              directory, status, message == null ? "see its log above" : message);
          Runtime.getRuntime().halt(status);
        };
    Exit.setExitProcedure(report);
    Exit.setHaltProcedure(report);
  }

  private static Properties settings(Path logs, Address address) {
    int controllerPort = address.controllerPort();
    var settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", NODE_ID);
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://%s:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(address.listen(), address.port(), controllerPort));
    settings.put(
        "advertised.listeners",
        "PLAINTEXT://%s:%d".formatted(address.advertised(), address.port()));
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", logs.toString());
    settings.putAll(oneNode());
    settings.putAll(smallFootprint());
    return settings;
  }

  /** One replica of every topic. */
  private static Map<String, String> oneNode() {
    return Map.of(
        "offsets.topic.replication.factor", "1",
        "transaction.state.log.replication.factor", "1",
        "transaction.state.log.min.isr", "1",
        "share.coordinator.state.topic.replication.factor", "1",
        "share.coordinator.state.topic.min.isr", "1",
        "auto.create.topics.enable", "false");
  }

  /**
   * Fewer threads, buffers and partitions than a production broker, and no delay for additional
   * group members.
   */
  private static Map<String, String> smallFootprint() {
    return Map.of(
        "offsets.topic.num.partitions", "4",
        "transaction.state.log.num.partitions", "4",
        "num.partitions", "4",
        "group.initial.rebalance.delay.ms", "0",
        "log.cleaner.dedupe.buffer.size", "2097152",
        "num.network.threads", "2",
        "num.io.threads", "4",
        "group.coordinator.threads", "1",
        "broker.session.timeout.ms", "3000",
        "broker.heartbeat.interval.ms", "500");
  }
}
