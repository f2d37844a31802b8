package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.backup.BackupFolder;
import dev.whetstone.cli.backup.StackBackup;
import dev.whetstone.cli.backup.StackRestorer;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup that is taken while feedback comes in, restored on an empty stack: every event that was
 * accepted before it has a fate, the champion and the declaration are there, an erasure that only a
 * later backup knows is carried out, and the loop goes on. It runs by {@code ./whetstone test
 * backup}.
 */
@EnabledIfSystemProperty(named = "whetstone.test.backup", matches = "true")
class BackupTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final String ERASED_USER = "user-erased";
  private static final String TENANT = "backup";
  private static final int QUESTIONS = 440;
  private static final int END_USERS = 60;

  @RegisterExtension
  static final WhetstoneUnderTest whetstone = WhetstoneUnderTest.of(StackComponent.all());

  private final List<String> accepted = Collections.synchronizedList(new ArrayList<>());

  @Test
  void shouldRestoreARunningLoopAndKeepErasedWhatALaterBackupKnowsAsErased(@TempDir Path folder) {
    LoopFile loop = TestLoops.maths();
    whetstone.declare(loop);
    ApiClient api = whetstone.api(loop.tenant());
    LoopProbe probe = new LoopProbe(api, loop.name());
    ProductAppClient app = new ProductAppClient(api, loop.name());
    String erasedEvent = sendTo(app, "erased", ERASED_USER);
    probe.awaitKnown(1);
    JsonNode champion = probe.awaitGeneration(0);

    List<String> before = backUpUnderTraffic(folder.resolve("older"), app);
    erase(api);
    StackBackup.Taken ignored = backUp(folder.resolve("newer"));
    assertThat(restore(folder.resolve("older"), Optional.of(folder.resolve("newer"))).erasures())
        .isEqualTo(1);

    assertThat(probe.champion().path("servedName")).isEqualTo(champion.path("servedName"));
    await()
        .atMost(TIMEOUT)
        .ignoreException(RemedyException.class)
        .until(() -> probe.fate(erasedEvent).path("fate").asText().equals("erased"));
    await()
        .atMost(TIMEOUT)
        .ignoreException(RemedyException.class)
        .untilAsserted(() -> assertThat(probe.fates(before)).doesNotContainKey(""));
    assertThat(probe.fates(before).values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(before.size());
    String after = sendTo(app, "after", "user-after");
    await()
        .atMost(TIMEOUT)
        .ignoreException(RemedyException.class)
        .until(() -> !probe.fate(after).path("fate").asText().isEmpty());
  }

  /** The run's worker is lost with the machine; the next one resumes from what the backup has. */
  @Test
  void shouldPromoteAfterARestoreFromTheMiddleOfARunAndServeThePromotedAfterAnother(
      @TempDir Path folder) {
    LoopFile loop = TestLoops.demo(TENANT, whetstone);
    whetstone.declare(loop);
    LoopProbe probe = new LoopProbe(whetstone.api(TENANT), loop.name());
    SupportFeed feed =
        SupportFeed.of(TENANT, new SupportDesk(7).feedbackQuestions(QUESTIONS), END_USERS);
    feed.sendTo(new ProductAppClient(whetstone.api(TENANT), loop.name()));
    probe.awaitTrainingAttempt(1);
    StackBackup.Taken training = backUp(folder.resolve("training"));

    assertThat(restore(folder.resolve("training"), Optional.empty()).erasures()).isZero();

    assertThat(training.damaged()).isEmpty();
    assertThat(probe.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    JsonNode champion = probe.awaitGeneration(1);
    assertThat(probe.attempts()).hasSizeGreaterThan(1);
    assertThat(probe.fates().path("total").asInt()).isEqualTo(feed.size());

    StackBackup.Taken promoted = backUp(folder.resolve("promoted"));
    assertThat(restore(folder.resolve("promoted"), Optional.empty()).erasures()).isZero();

    assertThat(promoted.damaged()).isEmpty();
    assertThat(probe.champion().path("checkpointId")).isEqualTo(champion.path("checkpointId"));
    assertThat(probe.champion().path("generation").asLong()).isEqualTo(1);
    // The model server was started anew: eval loads the adapter from the restored store.
    await()
        .atMost(TIMEOUT)
        .ignoreException(RemedyException.class)
        .until(
            () ->
                new ModelServerClient(whetstone.ports())
                    .models()
                    .anyMatch(champion.path("servedName").asText()::equals));
    SealedBatchReader batches = SealedBatchReader.of(whetstone);
    assertThat(batches.all()).isNotEmpty();
    batches.all().forEach(batch -> assertThat(batch.brokenFiles()).isEmpty());
  }

  /** Returns the events that were accepted before the backup began. */
  private List<String> backUpUnderTraffic(Path folder, ProductAppClient app) {
    AtomicBoolean stopped = new AtomicBoolean();
    CompletableFuture<Void> traffic =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; !stopped.get(); i++) {
                accepted.add(sendTo(app, "traffic-" + i, "user-" + i));
              }
            });
    await().atMost(TIMEOUT).until(() -> accepted.size() >= 20 || traffic.isDone());
    List<String> before = List.copyOf(accepted);
    try {
      StackBackup.Taken ignored = backUp(folder);
    } finally {
      stopped.set(true);
    }
    traffic.join();
    assertThat(accepted).as("traffic during the backup").hasSizeGreaterThan(before.size());
    return before;
  }

  private static void erase(ApiClient api) {
    String path = "/v1/endusers/" + ERASED_USER;
    JsonNode started =
        ApiClient.require(
            StackComponent.INGEST, "DELETE " + path, api.delete(StackComponent.INGEST, path));
    String id = started.path("erasureId").asText();
    await()
        .atMost(TIMEOUT)
        .ignoreException(RemedyException.class)
        .until(
            () ->
                !api.ok(StackComponent.CURATION, "/v1/erasures/" + id)
                    .path("state")
                    .asText()
                    .equals("erasing"));
  }

  private static StackBackup.Taken backUp(Path folder) {
    return new StackBackup(whetstone.stack()).take(folder, ProgressDisplay.silent());
  }

  private static StackRestorer.Restored restore(Path folder, Optional<Path> newer) {
    whetstone.stack().down();
    whetstone.stack().deleteData();
    StackRestorer.Restored restored =
        new StackRestorer(whetstone.stack())
            .restore(
                BackupFolder.open(folder), newer.map(BackupFolder::open), ProgressDisplay.silent());
    whetstone.stack().start();
    return restored;
  }

  /** Returns the id of the event. */
  private static String sendTo(ProductAppClient app, String id, String endUser) {
    return app.sendInteractions(
            List.of(
                ProductAppClient.interaction(
                    id, "conversation-" + id, endUser, "How much is 2 + 3?", "5.")))
        .getFirst();
  }
}
