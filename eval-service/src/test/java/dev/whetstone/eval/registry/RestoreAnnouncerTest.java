package dev.whetstone.eval.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.outbox.DatabaseEpoch;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Eval's database as a backup leaves it: other services know a declaration and a champion with
 * numbers that it is about to give out again.
 */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RestoreAnnouncerTest {
  @Inject ObjectStore store;
  @Inject Sql sql;
  @Inject DatabaseEpoch epoch;
  @Inject RestoreAnnouncer announcer;
  private FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldPublishDeclarationAndChampionWithNumbersThatWereNotPublishedBefore() {
    LoopFixture scene = new LoopFixture("restored", store, server);
    scene.declare().statusCode(200).body("revision", Matchers.equalTo(1));
    String before = epoch.current();
    rewind("restored", 7, 4);

    announcer.announce();

    assertThat(epoch.announced()).isTrue();
    assertThat(epoch.current()).isNotEqualTo(before);
    assertThat(scene.awaitPublished(EventType.LOOP_DECLARED, LoopDeclared.class, 2))
        .extracting(LoopDeclared::revision)
        .containsExactly(1L, 8L);
    assertThat(scene.awaitPublished(EventType.CHAMPION_SET, ChampionSet.class, 2))
        .extracting(ChampionSet::generation)
        .containsExactly(0L, 5L);
    assertThat(ids("whetstone.loops", "restored")).last().asString().endsWith(epoch.current());

    scene.mode("auto").freshItems(77).declare().body("revision", Matchers.equalTo(9));
  }

  @Test
  void shouldAnnounceTwiceWithTheSameEvents() {
    LoopFixture scene = new LoopFixture("restored-twice", store, server);
    scene.declare().statusCode(200);
    rewind("restored-twice", 3, 3);
    announcer.announce();
    sql.updateInNewTransaction("update database_epoch set announced = false");

    announcer.announce();

    scene.awaitPublished(EventType.LOOP_DECLARED, LoopDeclared.class, 3);
    List<String> ids = ids("whetstone.loops", "restored-twice");
    assertThat(ids.getLast()).isEqualTo(ids.get(ids.size() - 2));
  }

  @Test
  void shouldGiveALoopThatTheBackupLacksHigherNumbersThanBefore() {
    rewind("forgotten", 5, 2);
    announcer.announce();
    LoopFixture scene = new LoopFixture("forgotten", store, server);

    scene.declare().statusCode(200).body("revision", Matchers.equalTo(6));

    assertThat(scene.awaitPublished(EventType.CHAMPION_SET, ChampionSet.class, 1))
        .extracting(ChampionSet::generation)
        .containsExactly(3L);
  }

  /** What {@code ./whetstone restore rewind eval} writes. */
  private void rewind(String loop, long revision, long generation) {
    sql.updateInNewTransaction(
        "insert into number_floor (tenant, loop, revision, generation) values ('acme', ?, ?, ?)",
        loop,
        revision,
        generation);
    sql.updateInNewTransaction(
        "update database_epoch set announced = false,"
            + " epoch = substr(replace(gen_random_uuid()::text, '-', ''), 1, 12)");
  }

  private static List<String> ids(String topic, String loop) {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(topic).stream()
          .filter(message -> loop.equals(KafkaProbe.header(message, "ce_loop")))
          .map(message -> KafkaProbe.header(message, "ce_id"))
          .toList();
    }
  }
}
