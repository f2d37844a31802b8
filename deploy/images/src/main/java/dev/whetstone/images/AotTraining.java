package dev.whetstone.images;

import dev.whetstone.client.RemedyException;
import dev.whetstone.embedded.EmbeddedKafka;
import dev.whetstone.embedded.EmbeddedPostgres;
import dev.whetstone.embedded.KafkaTopics;
import dev.whetstone.embedded.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a service once on real Kafka and PostgreSQL with the runtime of its image, so that the JVM
 * records which classes its start needs (an AOT cache), and measures its start with and without.
 */
final class AotTraining implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(3);
  private static final long END_SECONDS = 300;
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final List<String> DATABASES = List.of("curation", "training", "eval");
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path work;
  private final Path java;
  private final EmbeddedPostgres postgres;
  private final EmbeddedKafka kafka;
  private final String jdbc;

  /**
   * @param work folder of the data of this run
   * @param runtime of the images
   */
  AotTraining(Path work, Path runtime) throws IOException {
    this.work = work;
    this.java = runtime.resolve("bin/java");
    FileTrees.delete(work);
    Files.createDirectories(work.resolve("store"));
    Files.writeString(work.resolve("keys.json"), "{\"keys\": []}");
    int port = LoopbackPorts.free();
    this.postgres = EmbeddedPostgres.start(work.resolve("postgres/data"), port);
    this.kafka =
        EmbeddedKafka.start(work.resolve("kafka"), LoopbackPorts.free(), LoopbackPorts.free());
    this.jdbc = "jdbc:postgresql://127.0.0.1:" + port + "/";
    postgres.createDatabases(DATABASES);
    KafkaTopics.create(kafka.bootstrapServers());
  }

  /**
   * Records the cache.
   *
   * @param application folder of the jars, with the path, times and sizes that they have in the
   *     image
   */
  void record(ImageRecipe recipe, Path application, Path cache) throws IOException {
    Files.createDirectories(cache.getParent());
    run(recipe, application, List.of("-XX:AOTCacheOutput=" + cache));
    if (!Files.exists(cache)) {
      throw new RemedyException(
          "the JVM recorded no AOT cache of " + recipe.name(),
          "see " + log(recipe) + ", or build without: --no-aot");
    }
  }

  /** The time from the start of the process until the service is ready. */
  Duration startTime(ImageRecipe recipe, Path application, List<String> aot) throws IOException {
    return run(recipe, application, aot);
  }

  private Duration run(ImageRecipe recipe, Path application, List<String> options)
      throws IOException {
    int management = LoopbackPorts.free();
    List<String> command = new ArrayList<>(recipe.entrypoint(java.toString(), options));
    command.replaceAll(part -> part.replace(ImageRecipe.APPLICATION + "/", application + "/"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(recipe).toFile());
    builder.environment().putAll(environment(recipe, management));
    long start = System.nanoTime();
    Process process = builder.start();
    try {
      awaitReady(recipe, process, management);
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      process.destroy();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new RemedyException(
            recipe.name() + " did not end within " + END_SECONDS + " s", "see " + log(recipe));
      }
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemedyException("interrupted while " + recipe.name() + " ran", "run it again");
    } finally {
      process.destroyForcibly();
    }
  }

  private void awaitReady(ImageRecipe recipe, Process process, int port)
      throws InterruptedException {
    URI health = URI.create("http://127.0.0.1:" + port + recipe.health());
    HttpRequest request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
    long end = System.nanoTime() + READY.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try {
        if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw new RemedyException(
        "%s %s".formatted(recipe.name(), process.isAlive() ? "was not ready in time" : "exited"),
        "see " + log(recipe));
  }

  private Map<String, String> environment(ImageRecipe recipe, int management) {
    String service = recipe.name().replace("-service", "");
    return Map.ofEntries(
        Map.entry("WHETSTONE_HTTP_PORT", Integer.toString(LoopbackPorts.free())),
        Map.entry("WHETSTONE_MANAGEMENT_PORT", Integer.toString(management)),
        Map.entry("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
        Map.entry("WHETSTONE_STORE_URI", work.resolve("store").toUri().toString()),
        Map.entry("WHETSTONE_KEYS_FILE", work.resolve("keys.json").toString()),
        Map.entry("WHETSTONE_DB_URL", jdbc + service),
        Map.entry("WHETSTONE_DB_USER", EmbeddedPostgres.USER),
        Map.entry("WHETSTONE_DB_PASSWORD", EmbeddedPostgres.PASSWORD),
        Map.entry("WHETSTONE_CURATION_HMAC_KEY", "of this run only"),
        Map.entry("WHETSTONE_CONNECTION_KEY", "of this run only"),
        Map.entry("WHETSTONE_WORKER_WORK", work.resolve("worker").toString()),
        Map.entry("DJL_CACHE_DIR", work.resolve("djl").toString()));
  }

  private Path log(ImageRecipe recipe) {
    return work.resolve(recipe.name() + ".log");
  }

  @Override
  public void close() throws IOException {
    kafka.close();
    postgres.close();
  }
}
