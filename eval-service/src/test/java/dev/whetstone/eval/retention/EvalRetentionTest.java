package dev.whetstone.eval.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What evaluations leave behind ends at its age, and decisions can still be recomputed. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EvalRetentionTest {
  @Inject ExpiredRowRepository rows;
  @Inject EvidenceStore evidence;
  @Inject EffectProbeRepository probes;
  @Inject ObjectStore store;
  @Inject LeaseManager leases;
  @Inject EvalRetentionConfig config;
  @Inject Sql sql;
  @Inject Clock clock;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(q -> q.startsWith("new") ? "wrong" : LoopFixture.right(q));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldDeleteByAgeAndKeepWhatADecisionNeeds() {
    LoopFixture scene =
        new LoopFixture("aging", store, server)
            .suite("RETAIN", "golden", 150, false)
            .suite("FORGET", "skills", 60, false)
            .declared();
    CheckpointReady ready = scene.checkpoint(LoopFixture::right, scene.batch("new", 60));
    PromotionDecided decision = scene.decision();
    scene.awaitGeneration(1);
    String items =
        text("select frozen::jsonb ->> 'itemsSha256' from evaluation where loop = 'aging'");
    MutableClock later = new MutableClock(clock.instant());
    EvalRetention retention = new EvalRetention(rows, evidence, store, leases, config, later);

    retention.deleteExpired();
    assertThat(count("answer")).isGreaterThan(500);
    assertThat(evidence.texts(decision.evidenceUri())).hasSize(270);
    assertThat(store.exists(ObjectStore.blobKey(items))).isTrue();

    later.advance(Duration.ofDays(91));
    retention.deleteExpired();
    assertThat(count("answer")).isZero();
    assertThat(count("likelihood")).isZero();
    assertThat(evidence.texts(decision.evidenceUri())).hasSize(270);
    // The champion's probe is still asked.
    assertThat(probes.find(scene.loop(), ready.checkpointId())).isPresent();

    later.advance(Duration.ofDays(90));
    retention.deleteExpired();
    assertThat(evidence.texts(decision.evidenceUri())).isEmpty();
    assertThat(evidence.scores(decision.evidenceUri())).hasSize(270);
    assertThat(store.exists(ObjectStore.blobKey(items))).isFalse();
    LoopFixture.api().get("/decisions/" + decision.decisionId()).then().statusCode(200);

    later.advance(Duration.ofDays(550));
    retention.deleteExpired();
    LoopFixture.api()
        .get("/v1/decisions/" + decision.decisionId() + "/facts")
        .then()
        .body("models", aMapWithSize(0))
        .body("notes", hasSize(0))
        .body("items", equalTo(270));
    LoopFixture.api()
        .get("/v1/decisions/" + decision.decisionId())
        .then()
        .body("reason", equalTo(decision.reason()))
        .body("gates", hasSize(decision.gates().size()));
  }

  @Test
  void shouldDeleteInChunks() {
    sql.updateInNewTransaction(
        "insert into answer (tenant, loop, model_key, question_sha256, sample, finish_reason,"
            + " prompt_tokens, completion_tokens, asked_at)"
            + " select 'acme', 'chunks', 'm', n::text, '', 'stop', 1, 1, ?"
            + " from generate_series(1, 1200) n",
        clock.instant().minus(Duration.ofDays(4000)));

    assertThat(rows.deleteAnswers(clock.instant().minus(Duration.ofDays(3000)), 500))
        .isEqualTo(500);
    new EvalRetention(rows, evidence, store, leases, config, clock).deleteExpired();

    assertThat(sql.first("select count(*) from answer where loop = 'chunks'", r -> r.getLong(1)))
        .contains(0L);
  }

  @Test
  void shouldKeepTheNewestRevisionsOfEachLoop() {
    for (String deadline : new String[] {"PT1M", "PT2M", "PT3M"}) {
      new LoopFixture("revised", store, server).confirmDeadline(deadline).declared();
    }
    assertThat(count("declared_loop", "revised")).isEqualTo(3);

    while (rows.deleteRevisions(1, 100) > 0) {
      assertThat(count("declared_loop", "revised")).isGreaterThan(0);
    }
    while (rows.deleteSources(100) > 0) {
      assertThat(count("loop_source", "revised")).isGreaterThan(0);
    }

    assertThat(count("declared_loop", "revised")).isEqualTo(1);
    assertThat(count("loop_source", "revised")).isEqualTo(1);
    LoopFixture.api().get("/v1/loops/revised").then().body("revision", equalTo(3));
  }

  private long count(String table) {
    return count(table, "aging");
  }

  private long count(String table, String loop) {
    return sql.first(
            "select count(*) from " + table + " where loop = ?", row -> row.getLong(1), loop)
        .orElseThrow();
  }

  private String text(String query) {
    return sql.first(query, row -> row.getString(1)).orElseThrow();
  }
}
