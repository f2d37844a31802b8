package dev.whetstone.eval.page;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A browser opens a decision page by a link that works once and for a short time. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class DecisionLinkTest {
  @Inject ObjectStore store;
  @Inject Sql sql;
  @Inject Clock clock;
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record.getMessage() + List.of(parameters(record)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private FakeModelServer server;
  private String decision;

  private static Object[] parameters(LogRecord record) {
    return record.getParameters() == null ? new Object[0] : record.getParameters();
  }

  @BeforeEach
  void decide() {
    Logger.getLogger("").addHandler(handler);
    server = new FakeModelServer().base(LoopFixture::right);
    LoopFixture loop =
        new LoopFixture("linked-page", store, server)
            .suite("RETAIN", "golden", 150, false)
            .suite("FORGET", "skills", 60, false)
            .declared();
    if (loop.decisions().isEmpty()) {
      loop.checkpoint(LoopFixture::right, loop.batch("new", 60));
    }
    decision = loop.decision().decisionId();
  }

  @AfterEach
  void stop() {
    Logger.getLogger("").removeHandler(handler);
    server.close();
  }

  private String link(TestKeys key) {
    return given()
        .header("Authorization", key.bearer())
        .post("/v1/decisions/" + decision + "/link")
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .extract()
        .path("path");
  }

  private static Response open(String path) {
    return given().redirects().follow(false).get(path);
  }

  @Test
  void shouldOpenThePageOnceAndLeadToAnAddressWithoutAToken() {
    String path = link(TestKeys.ACME_READ_ONLY);
    String token = path.substring(path.lastIndexOf('/') + 1);
    given().head(path).then().statusCode(204);

    Response opened = open(path);

    opened
        .then()
        .statusCode(303)
        .header("Location", containsString("/decisions/" + decision))
        .header("Referrer-Policy", equalTo("no-referrer"))
        .header(
            "Set-Cookie",
            allOf(
                startsWith("whetstone-page="),
                containsString("HttpOnly"),
                containsString("SameSite=Strict"),
                containsString("Path=/decisions/" + decision),
                containsString("Max-Age=1800")));
    assertThat(opened.header("Location")).endsWith("/decisions/" + decision);
    given()
        .cookie("whetstone-page", opened.cookie("whetstone-page"))
        .get("/decisions/" + decision)
        .then()
        .statusCode(200)
        .body(containsString("<html"));
    open(path).then().statusCode(410).body("code", equalTo("link-ended"));
    assertThat(logged).noneMatch(line -> line.contains(token));
    assertThat(
            sql.query(
                "select token_sha256 from decision_link where token_sha256 in (?, ?)",
                row -> row.getString(1),
                token,
                ContentDigests.sha256(token)))
        .containsExactly(ContentDigests.sha256(token));
  }

  @Test
  void shouldRefuseALinkThatHasExpired() {
    String path = link(TestKeys.ACME);
    sql.updateInNewTransaction(
        "update decision_link set valid_until = ? where decision_id = ?",
        clock.instant().minus(Duration.ofSeconds(1)),
        decision);

    open(path).then().statusCode(410).body("code", equalTo("link-ended"));
  }

  @Test
  void shouldEndTheSession() {
    String session = open(link(TestKeys.ACME)).cookie("whetstone-page");
    sql.updateInNewTransaction(
        "update decision_link set session_until = ? where session_sha256 = ?",
        clock.instant(),
        ContentDigests.sha256(session));

    given().cookie("whetstone-page", session).get("/decisions/" + decision).then().statusCode(401);
  }

  @Test
  void shouldBindLinkAndSessionToTheirDecision() {
    String path = link(TestKeys.ACME);
    open(path.replace(decision, "dec-other")).then().statusCode(410);

    String session = open(path).cookie("whetstone-page");

    given().cookie("whetstone-page", session).get("/decisions/dec-other").then().statusCode(401);
    given()
        .cookie("whetstone-page", session)
        .get("/v1/decisions/" + decision)
        .then()
        .statusCode(401);
  }

  @Test
  void shouldMakeLinksOnlyForTheTenantsDecisionsAndWithTheScope() {
    for (TestKeys key : List.of(TestKeys.OTHER, TestKeys.ACME_INGEST_ONLY)) {
      given()
          .header("Authorization", key.bearer())
          .post("/v1/decisions/" + decision + "/link")
          .then()
          .statusCode(key == TestKeys.OTHER ? 404 : 403);
    }
    given().post("/v1/decisions/" + decision + "/link").then().statusCode(401);
  }

  @Test
  void shouldKeepABoundedNumberOfLinks() {
    String first = link(TestKeys.ACME);
    for (int i = 0; i < DecisionLinkRepository.MOST_LINKS; i++) {
      link(TestKeys.ACME);
    }

    open(first).then().statusCode(410);
    assertThat(
            sql.query(
                    "select count(*) from decision_link where tenant = 'acme' and used_at is null",
                    row -> row.getInt(1))
                .getFirst())
        .isLessThanOrEqualTo(DecisionLinkRepository.MOST_LINKS);
  }

  @Test
  void shouldAcceptAKeyInTheHeaderOnly() {
    given()
        .header("Authorization", TestKeys.ACME_READ_ONLY.bearer())
        .get("/decisions/" + decision)
        .then()
        .statusCode(200);
    given()
        .get("/decisions/" + decision + "?key=" + TestKeys.ACME_READ_ONLY.text())
        .then()
        .statusCode(401);
  }
}
