package dev.whetstone.client.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The TCP ports of the stack, all on 127.0.0.1. Each service has a second one for its management:
 * health, metrics and the description of its API, which ask for no key.
 */
public record StackPorts(
    int ingest,
    int curation,
    int training,
    int eval,
    int modelServer,
    int kafka,
    int kafkaController,
    int postgres,
    int ingestManagement,
    int curationManagement,
    int trainingManagement,
    int evalManagement) {

  private static final int COUNT = 12;

  /**
   * Between the ports of {@code ./whetstone} and those that operating systems give to programs that
   * ask for any port.
   */
  private static final int FIRST_FREE = 20_000;

  private static final int AFTER_FREE = 30_000;
  private static final int ATTEMPTS = 1_000;

  /** The default ports of {@code ./whetstone}. */
  public static StackPorts standard() {
    return new StackPorts(
        18081, 18082, 18083, 18084, 18090, 18092, 18093, 18432, 18181, 18182, 18183, 18184);
  }

  /** The same ports, each {@code offset} higher. */
  public StackPorts shifted(int offset) {
    return new StackPorts(
        ingest + offset,
        curation + offset,
        training + offset,
        eval + offset,
        modelServer + offset,
        kafka + offset,
        kafkaController + offset,
        postgres + offset,
        ingestManagement + offset,
        curationManagement + offset,
        trainingManagement + offset,
        evalManagement + offset);
  }

  /** All ports as one program argument, for {@link #parse}. */
  public String argument() {
    return Stream.of(
            ingest,
            curation,
            training,
            eval,
            modelServer,
            kafka,
            kafkaController,
            postgres,
            ingestManagement,
            curationManagement,
            trainingManagement,
            evalManagement)
        .map(port -> Integer.toString(port))
        .collect(Collectors.joining(","));
  }

  /** Parses the output of {@link #argument}. */
  public static StackPorts parse(String argument) {
    return of(Stream.of(argument.split(",")).mapToInt(Integer::parseInt).toArray());
  }

  private static StackPorts of(int[] p) {
    return new StackPorts(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11]);
  }

  /**
   * Ports that are free at this moment, for tests. No program gets one of them by asking for any
   * port, so that they stay free while a stack is stopped.
   */
  public static StackPorts free() {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int attempt = 0; sockets.size() < COUNT && attempt < ATTEMPTS; attempt++) {
        listen(ThreadLocalRandom.current().nextInt(FIRST_FREE, AFTER_FREE)).ifPresent(sockets::add);
      }
      if (sockets.size() < COUNT) {
        throw new IllegalStateException(
            "no %d ports from %d to %d are free on 127.0.0.1"
                .formatted(COUNT, FIRST_FREE, AFTER_FREE - 1));
      }
      return of(sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray());
    } finally {
      sockets.forEach(StackPorts::closeQuietly);
    }
  }

  private static Optional<ServerSocket> listen(int port) {
    try {
      return Optional.of(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The ports that one component listens on, each with its purpose. */
  public Map<Integer, String> of(StackComponent component) {
    Map<Integer, String> ports = new LinkedHashMap<>();
    switch (component) {
      case INFRA -> {
        ports.put(kafka, "Kafka");
        ports.put(kafkaController, "the Kafka controller");
        ports.put(postgres, "PostgreSQL");
      }
      case MODEL_SERVER -> ports.put(modelServer, component.description());
      case INGEST -> service(ports, component, ingest, ingestManagement);
      case CURATION -> service(ports, component, curation, curationManagement);
      case TRAINING -> service(ports, component, training, trainingManagement);
      case EVAL -> service(ports, component, eval, evalManagement);
    }
    return ports;
  }

  private static void service(
      Map<Integer, String> ports, StackComponent component, int http, int management) {
    ports.put(http, component.description());
    ports.put(management, "the management of " + component.description());
  }

  /** The port for the health, metrics and API description of a service. */
  public int management(StackComponent service) {
    return switch (service) {
      case INGEST -> ingestManagement;
      case CURATION -> curationManagement;
      case TRAINING -> trainingManagement;
      case EVAL -> evalManagement;
      case INFRA, MODEL_SERVER ->
          throw new IllegalArgumentException(service.id() + " has no management port");
    };
  }

  /** The HTTP port of a component that serves HTTP. */
  public int http(StackComponent component) {
    if (component == StackComponent.INFRA) {
      throw new IllegalArgumentException("infra does not serve HTTP");
    }
    return of(component).keySet().iterator().next();
  }

  private static void closeQuietly(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
