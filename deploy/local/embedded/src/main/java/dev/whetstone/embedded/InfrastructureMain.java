package dev.whetstone.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Kafka and PostgreSQL in one process. Prints {@value #READY} when both respond and all topics and
 * databases exist. Exits on SIGTERM, and with status 1 when PostgreSQL exits on its own, so that a
 * supervisor restarts both.
 */
@Command(name = "infrastructure", description = "Runs Kafka and PostgreSQL in one process.")
public final class InfrastructureMain implements Runnable {
  /** The line on standard output that marks the infrastructure as ready. */
  public static final String READY = "WHETSTONE INFRASTRUCTURE READY";

  @Option(names = "--directory", required = true, description = "Directory of the data.")
  private Path directory = Path.of(".");

  @Option(names = "--kafka-port", required = true)
  private int kafkaPort;

  @Option(names = "--controller-port", required = true)
  private int controllerPort;

  @Option(names = "--postgres-port", required = true)
  private int postgresPort;

  @Option(names = "--databases", split = ",", defaultValue = "curation,training,eval")
  private List<String> databases = List.of();

  @Option(
      names = "--listen",
      defaultValue = "127.0.0.1",
      description = "Address on which both accept connections.")
  private String listen = "";

  @Option(
      names = "--advertise",
      defaultValue = "127.0.0.1",
      description = "Host under which clients reach the broker.")
  private String advertise = "";

  @Option(
      names = "--postgres-password",
      defaultValue = "${env:WHETSTONE_DB_PASSWORD:-" + EmbeddedPostgres.PASSWORD + "}",
      description = "Password of connections from other machines.")
  private String postgresPassword = "";

  private final AtomicBoolean stopping = new AtomicBoolean();

  @Option(
      names = "--end-with-input",
      description = "Exit when standard input closes, that is, when the parent process exits.")
  private boolean endWithInput;

  /** The PostgreSQL data directory below the directory that is passed to this program. */
  public static Path postgresData(Path directory) {
    return directory.resolve("postgres/data");
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new InfrastructureMain()).execute(arguments));
  }

  @Override
  public void run() {
    var postgres =
        EmbeddedPostgres.start(postgresData(directory), postgresPort, listen, postgresPassword);
    var kafka =
        EmbeddedKafka.start(
            directory.resolve("kafka"),
            new EmbeddedKafka.Address(listen, advertise, kafkaPort, controllerPort));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(kafka, postgres), "stop"));
    CompletableFuture<Void> ignored = postgres.onExit().thenRun(this::postgresEnded);
    postgres.createDatabases(databases);
    KafkaTopics.create(kafka.bootstrapServers());
    System.out.println(READY);
    awaitShutdown();
  }

  private void awaitShutdown() {
    try {
      if (endWithInput) {
        long ignored = System.in.transferTo(OutputStream.nullOutputStream());
      } else {
        new CountDownLatch(1).await();
      }
    } catch (IOException e) {
      System.err.println("cannot read standard input, exiting: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kafka runs on without PostgreSQL; without this exit nothing would restart PostgreSQL. */
  private void postgresEnded() {
    if (!stopping.get()) {
      System.err.println("PostgreSQL exited unexpectedly; see its log above. Stopping Kafka too.");
      System.exit(1);
    }
  }

  private void stop(EmbeddedKafka kafka, EmbeddedPostgres postgres) {
    stopping.set(true);
    kafka.close();
    try {
      postgres.close();
    } catch (IOException e) {
      System.err.println("PostgreSQL did not stop: " + e.getMessage());
    }
  }
}
