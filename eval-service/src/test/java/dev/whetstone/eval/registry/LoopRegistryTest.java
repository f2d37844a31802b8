package dev.whetstone.eval.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loops are declared by REST; a broken declaration has no effect. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LoopRegistryTest {
  @Inject ObjectStore store;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldDeclareALoopAndPublishEachRevisionOnce() {
    LoopFixture scene = new LoopFixture("declared", store, server);
    scene.declare().statusCode(200).body("revision", equalTo(1));
    scene.declare().statusCode(200).body("revision", equalTo(1));
    String digest =
        scene
            .mode("auto")
            .freshItems(77)
            .declare()
            .body("revision", equalTo(2))
            .extract()
            .path("specSha256");

    assertThat(scene.awaitPublished(EventType.LOOP_DECLARED, LoopDeclared.class, 2))
        .extracting(LoopDeclared::revision)
        .containsExactly(1L, 2L);
    assertThat(
            scene
                .published("whetstone.loops", EventType.LOOP_DECLARED, LoopDeclared.class)
                .getLast()
                .specSha256())
        .isEqualTo(digest);
    LoopFixture.api().get("/v1/loops?limit=1000").then().body("loop", hasItem("declared"));
    LoopFixture.api()
        .get("/v1/loops/declared")
        .then()
        .body("spec.spec.evaluation.gates[0].minItems", equalTo(77));
  }

  @Test
  void shouldPauseResumeAndDeleteALoop() {
    LoopFixture scene = new LoopFixture("changing", store, server);
    scene.declare().statusCode(200).body("state", equalTo("active"));
    LoopFixture.api()
        .post("/v1/loops/changing/pause")
        .then()
        .statusCode(200)
        .body("state", equalTo("paused"))
        .body("revision", equalTo(2));
    // A second pause changes nothing, and a changed declaration does not end a pause.
    LoopFixture.api().post("/v1/loops/changing/pause").then().body("revision", equalTo(2));
    scene.freshItems(77).declare().body("revision", equalTo(3)).body("state", equalTo("paused"));
    LoopFixture.api()
        .post("/v1/loops/changing/resume")
        .then()
        .body("state", equalTo("active"))
        .body("revision", equalTo(4));
    LoopFixture.api().delete("/v1/loops/changing").then().statusCode(204);

    LoopFixture.api()
        .get("/v1/loops/changing")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-loop"));
    LoopFixture.api().get("/v1/loops?limit=1000").then().body("loop", not(hasItem("changing")));
    assertThat(scene.awaitPublished(EventType.LOOP_DECLARED, LoopDeclared.class, 5))
        .extracting(LoopDeclared::stateOrActive)
        .containsExactly(
            LoopState.ACTIVE,
            LoopState.PAUSED,
            LoopState.PAUSED,
            LoopState.ACTIVE,
            LoopState.DELETED);
    scene.declare().statusCode(200).body("state", equalTo("active")).body("revision", equalTo(6));
  }

  @Test
  void shouldNameFieldValueAndRemedyOfABrokenDeclaration() {
    String yaml =
        new LoopFixture("faulty", store, server)
            .yaml()
            .replace("concurrency: 16", "concurrency: 0");

    LoopFixture.api()
        .body(yaml)
        .put("/v1/loops/faulty")
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("code", equalTo("invalid-loop"))
        .body("pointer", equalTo("/spec/evaluation/concurrency"))
        .body("detail", containsString("a whole number from 1 to 256"));
    LoopFixture.api()
        .get("/v1/loops/faulty")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-loop"));
  }

  @Test
  void shouldRefuseAnotherTenantsOrAnotherLoopsDeclaration() {
    String yaml = new LoopFixture("mine", store, server).yaml();

    LoopFixture.api()
        .body(yaml)
        .put("/v1/loops/yours")
        .then()
        .statusCode(422)
        .body("pointer", equalTo("/metadata/name"));
    given()
        .header("Authorization", TestKeys.OTHER.bearer())
        .contentType("application/json")
        .body(yaml)
        .put("/v1/loops/mine")
        .then()
        .statusCode(422)
        .body("pointer", equalTo("/metadata/tenant"));
  }

  @Test
  void shouldKeepTenantsApart() {
    new LoopFixture("private", store, server).declared();

    given()
        .header("Authorization", TestKeys.OTHER.bearer())
        .get("/v1/loops/private")
        .then()
        .statusCode(404);
    given()
        .header("Authorization", TestKeys.OTHER.bearer())
        .get("/v1/loops?limit=1000")
        .then()
        .body("loop", not(hasItem("private")));
  }

  @Test
  void shouldListLoopsByPages() {
    for (String name : new String[] {"zz-page-b", "zz-page-a", "zz-page-c", "zz-page-d"}) {
      new LoopFixture(name, store, server).declared();
    }
    LoopFixture.api().delete("/v1/loops/zz-page-b").then().statusCode(204);

    Response first = LoopFixture.api().get("/v1/loops?limit=2&after=zz-page-");
    first.then().statusCode(200).body("loop", equalTo(List.of("zz-page-a", "zz-page-c")));
    String link = first.header("Link");
    URI next = URI.create(link.substring(1, link.indexOf('>')));
    LoopFixture.api()
        .get(next.getPath() + "?" + next.getQuery())
        .then()
        .body("loop", equalTo(List.of("zz-page-d")))
        .header("Link", nullValue());
    LoopFixture.api()
        .get("/v1/loops?limit=0")
        .then()
        .statusCode(400)
        .body("code", equalTo("invalid-limit"));
  }

  @Test
  void shouldRequireAKeyWithTheRightScope() {
    given().get("/v1/loops").then().statusCode(401);
    given()
        .header("Authorization", TestKeys.ACME_READ_ONLY.bearer())
        .body(new LoopFixture("forbidden", store, server).yaml())
        .put("/v1/loops/forbidden")
        .then()
        .statusCode(403)
        .body("code", equalTo("missing-scope"));
    given()
        .header("Authorization", TestKeys.ACME_READ_ONLY.bearer())
        .body(new LoopFixture("forbidden", store, server).yaml())
        .post("/v1/loops/forbidden/explain")
        .then()
        .statusCode(403)
        .body("code", equalTo("missing-scope"));
  }

  @Test
  void shouldExplainWhereEachValueComesFrom() {
    LoopFixture scene = new LoopFixture("explained", store, server).declared();

    for (String body : List.of("", scene.yaml())) {
      LoopFixture.api()
          .body(body)
          .post("/v1/loops/explained/explain")
          .then()
          .statusCode(200)
          .body(
              "settings.find { it.pointer == '/spec/evaluation/concurrency' }.origin",
              equalTo("file"))
          .body(
              "settings.find { it.pointer == '/spec/evaluation/alpha' }.origin",
              equalTo("profile standard"));
    }
  }

  @Test
  void shouldExplainADeclarationAsALoopFileThatDeclaresTheSame() {
    LoopFixture scene = new LoopFixture("explained-yaml", store, server);
    String digest = scene.declare().extract().path("specSha256");

    String yaml =
        LoopFixture.api()
            .body(scene.yaml())
            .post("/v1/loops/explained-yaml/explain")
            .then()
            .statusCode(200)
            .extract()
            .path("yaml");

    assertThat(yaml).contains("alpha: 0.05 # profile standard");
    LoopFixture.api()
        .body(yaml)
        .put("/v1/loops/explained-yaml")
        .then()
        .statusCode(200)
        .body("specSha256", equalTo(digest))
        .body("revision", equalTo(1));
  }

  @Test
  void shouldRefuseAFieldThatNoServiceReads() {
    String yaml =
        new LoopFixture("unread", store, server)
            .yaml()
            .replace("rollout: {", "rollout: {holdback: 0.1, ");

    LoopFixture.api()
        .body(yaml)
        .put("/v1/loops/unread")
        .then()
        .statusCode(422)
        .body("code", equalTo("invalid-loop"))
        .body("pointer", equalTo("/spec/rollout/holdback"))
        .body("detail", containsString("no service reads this field; this version keeps"));
  }

  @Test
  void shouldServeTheBaseModelBeforeTheFirstPromotion() {
    new LoopFixture("beginning", store, server).declared();

    LoopFixture.api()
        .get("/v1/loops/beginning/champion")
        .then()
        .statusCode(200)
        .body("generation", equalTo(0))
        .body("servedName", equalTo("base"));
    LoopFixture.api()
        .get("/v1/loops/beginning/assignment")
        .then()
        .statusCode(400)
        .body("code", equalTo("missing-end-user"));
    LoopFixture.api()
        .get("/v1/loops/nowhere/champion")
        .then()
        .statusCode(404)
        .body("code", equalTo("unknown-loop"));
  }

  @Test
  void shouldRefuseACheckpointOutsideTheStore() {
    new LoopFixture("offered", store, server).declared();

    LoopFixture.api()
        .body("{\"checkpointId\": \"short\"}")
        .post("/v1/loops/offered/checkpoints")
        .then()
        .statusCode(400);
    LoopFixture.api()
        .body(
            """
            {"checkpointId": "%s", "batchIds": [], "manifestUri": "file:///etc/passwd",
             "adapterUri": "file:///etc"}
            """
                .formatted("a".repeat(64)))
        .post("/v1/loops/offered/checkpoints")
        .then()
        .statusCode(400)
        .body("pointer", equalTo("/manifestUri"));
  }
}
