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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
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

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(
          EnumSet.of(
              StackComponent.INFRA,
              StackComponent.INGEST,
              StackComponent.CURATION,
              StackComponent.EVAL));

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
    restore(folder);

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
    return new StackBackup(whetstone.stack(), Clock.systemUTC())
        .take(folder, ProgressDisplay.silent());
  }

  private static void restore(Path folder) {
    whetstone.stack().down();
    whetstone.stack().deleteData();
    StackRestorer.Restored restored =
        new StackRestorer(whetstone.stack())
            .restore(
                BackupFolder.open(folder.resolve("older")),
                Optional.of(BackupFolder.open(folder.resolve("newer"))),
                ProgressDisplay.silent());
    assertThat(restored.erasures()).isEqualTo(1);
    whetstone.stack().start();
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
