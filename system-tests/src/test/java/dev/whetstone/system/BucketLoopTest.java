package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.testing.ChildProcesses;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A loop whose batches, adapters and evidence lie in a bucket, from feedback to a decision and a
 * served adapter. Run by {@code ./whetstone test s3}: it takes minutes.
 */
@EnabledIfSystemProperty(
    named = "whetstone.test.s3",
    matches = "true",
    disabledReason = "run by ./whetstone test s3")
class BucketLoopTest {
  private static final String TENANT = "bucket";
  private static final String STORE = "s3://" + S3Server.BUCKET + "/loops";
  private static final int QUESTIONS = 440;
  private static final int END_USERS = 60;
  private static final long STOP_SECONDS = 10;

  private static Path folder;
  private static S3Server bucket;
  private static int loaderPort;
  private static Process loader;

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(StackComponent.all(), inABucket());

  /** Starts the bucket before the stack, which needs its address. */
  private static Map<String, String> inABucket() {
    if (!Boolean.getBoolean("whetstone.test.s3")) {
      return Map.of();
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      folder = Files.createTempDirectory("whetstone-bucket-");
      bucket = S3Server.start(folder);
      loaderPort = free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> environment = new HashMap<>(bucket.environment(folder.resolve("cache")));
    environment.put("WHETSTONE_STORE_URI", STORE);
    environment.put("WHETSTONE_EVAL_LOADER_PORT", Integer.toString(loaderPort));
    return environment;
  }

  /** The loader that runs beside a model server; the server reads adapters below its own root. */
  @BeforeAll
  static void startLoader() throws IOException {
    Path log = folder.resolve("loader.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                whetstone.stack().options().python().toString(),
                "-m",
                "whetstone_worker.pull",
                "--store",
                STORE,
                "--folder",
                whetstone.store().resolve("pulled").toString(),
                "--port",
                Integer.toString(loaderPort))
            .redirectError(log.toFile());
    builder.environment().putAll(bucket.environment(folder.resolve("loader-cache")));
    loader = builder.start();
    ChildProcesses.awaitLine(
        loader, "adapter loader on http://127.0.0.1:" + loaderPort, log, Duration.ofMinutes(1));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (loader != null) {
      loader.destroy();
      if (!loader.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        loader.destroyForcibly();
      }
    }
    bucket.close();
  }

  @Test
  void shouldKeepBatchesAdaptersAndEvidenceInTheBucketThroughToADecision() throws IOException {
    LoopFile loop = TestLoops.demo(TENANT, whetstone);
    whetstone.declare(loop);
    var watch = new LoopProbe(whetstone.api(TENANT), loop.name());
    SupportFeed feed =
        SupportFeed.of(TENANT, new SupportDesk(7).feedbackQuestions(QUESTIONS), END_USERS);

    feed.sendTo(new ProductAppClient(whetstone.api(TENANT), loop.name()));

    assertThat(watch.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    JsonNode champion = watch.awaitGeneration(1);
    assertThat(new ModelServerClient(whetstone.ports()).models())
        .contains(champion.path("servedName").asText());
    assertThat(watch.fates().path("total").asInt()).isEqualTo(feed.size());
    assertThat(published(EventType.BATCH_SEALED, BatchSealed.class))
        .isNotEmpty()
        .allSatisfy(batch -> assertThat(batch.manifestUri()).startsWith(STORE + "/"));
    assertThat(published(EventType.CHECKPOINT_READY, CheckpointReady.class))
        .isNotEmpty()
        .allSatisfy(
            checkpoint -> {
              assertThat(checkpoint.manifestUri()).startsWith(STORE + "/runs/");
              assertThat(checkpoint.adapterUri()).startsWith(STORE + "/runs/");
            });
    assertThat(published(EventType.PROMOTION_DECIDED, PromotionDecided.class))
        .isNotEmpty()
        .allSatisfy(decided -> assertThat(decided.evidenceUri()).startsWith(STORE + "/"));
    assertThat(filesOutsideOfTheLoader()).isEmpty();
  }

  private static <T> List<T> published(EventType type, Class<T> as) {
    try (KafkaProbe probe = whetstone.kafka()) {
      return probe.all(type.topic(), type.wireName()).stream()
          .map(record -> KafkaProbe.body(record, as))
          .toList();
    }
  }

  /** What a service or worker stored in the stack's folder instead of the bucket. */
  private static List<Path> filesOutsideOfTheLoader() throws IOException {
    Path store = whetstone.store();
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(store.resolve("pulled")))
          .toList();
    }
  }
}
