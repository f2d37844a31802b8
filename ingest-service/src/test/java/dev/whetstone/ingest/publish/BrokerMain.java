package dev.whetstone.ingest.publish;

import dev.whetstone.embedded.EmbeddedKafka;
import dev.whetstone.embedded.KafkaTopics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A Kafka broker in a process of its own, so that a test can freeze and kill it. */
public final class BrokerMain {
  static final String READY = "broker-ready";

  private BrokerMain() {}

  /** Takes a directory, a port and the controller's port; ends when standard input closes. */
  public static void main(String[] arguments) throws IOException {
    var broker =
        EmbeddedKafka.start(
            Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    KafkaTopics.create(broker.bootstrapServers());
    System.out.println(READY);
    var unused = System.in.transferTo(OutputStream.nullOutputStream());
    Runtime.getRuntime().halt(0);
  }
}
