package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.recovery.ServiceRestorer;
import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.testing.KafkaProbe;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Eval's database is restored from a backup that is older than a declaration that curation already
 * has. The backup is a copy that the server makes: the embedded PostgreSQL has no pg_dump.
 */
class RestoreTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(
          EnumSet.of(StackComponent.INFRA, StackComponent.CURATION, StackComponent.EVAL));

  @Test
  void shouldDeclareAgainAfterARestoreWithoutCollidingWithWhatWasPublishedBefore()
      throws SQLException {
    LoopFile first = TestLoops.maths();
    whetstone.declare(first);
    String digest = curationsDigest(first);
    var restorer = new ServiceRestorer(whetstone.stack(), StackComponent.EVAL);
    restorer.stop();
    Instant backup = Instant.now();
    execute("create database eval_backup template eval");
    start();
    LoopFile second = TestLoops.maths();
    TestLoops.object(second, "/spec").set("retention", retention("P77D"));
    whetstone.declare(second);
    await().atMost(TIMEOUT).until(() -> !curationsDigest(second).equals(digest));

    restorer.stop();
    execute("drop database eval with (force)");
    execute("create database eval template eval_backup");
    await().atMost(TIMEOUT).ignoreExceptions().until(() -> restorer.rewind(backup).epoch() != null);
    restorer.replay(ProgressDisplay.silent(), TIMEOUT);

    // Curation follows eval back to the declaration of the backup, then on to a third.
    await().atMost(TIMEOUT).until(() -> curationsDigest(first).equals(digest));
    LoopFile third = TestLoops.maths();
    TestLoops.object(third, "/spec").set("retention", retention("P78D"));
    whetstone.declare(third);
    await().atMost(TIMEOUT).until(() -> !curationsDigest(third).equals(digest));
    assertThat(generations(first)).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(1);
    try (KafkaProbe kafka = whetstone.kafka()) {
      assertThat(kafka.all(TopicNames.deadLetters(TopicNames.LOOPS))).isEmpty();
    }
  }

  private static ObjectNode retention(String interactions) {
    return ApiClient.JSON.createObjectNode().put("interactions", interactions);
  }

  private static void start() {
    whetstone.stack().start(StackComponent.EVAL);
    whetstone.stack().awaitReady(StackComponent.EVAL);
  }

  private static String curationsDigest(LoopFile loop) {
    ApiReply reply =
        whetstone
            .api(loop.tenant())
            .get(StackComponent.CURATION, "/v1/loops/" + loop.name() + "/status");
    return reply.body().path("specSha256").asText();
  }

  private static List<Long> generations(LoopFile loop) {
    try (KafkaProbe kafka = whetstone.kafka()) {
      return kafka.all(TopicNames.CHAMPIONS).stream()
          .filter(message -> loop.name().equals(KafkaProbe.header(message, "ce_loop")))
          .map(message -> KafkaProbe.body(message, ChampionSet.class).generation())
          .toList();
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + whetstone.ports().postgres() + "/postgres",
                "postgres",
                "postgres");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
