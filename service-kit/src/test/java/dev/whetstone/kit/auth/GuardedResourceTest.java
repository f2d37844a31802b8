package dev.whetstone.kit.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;

/** Keys, scopes and problems as a client sees them. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class GuardedResourceTest {
  @Test
  void shouldAcceptAKeyWithTheScope() {
    given()
        .auth()
        .oauth2(TestKeys.ACME.text())
        .get("/guarded")
        .then()
        .statusCode(200)
        .body(equalTo("acme"));
  }

  @Test
  void shouldRequireAKey() {
    given()
        .get("/guarded")
        .then()
        .statusCode(401)
        .contentType(startsWith("application/problem+json"))
        .body("code", equalTo("unauthorized"))
        .body("remedy", containsString("Authorization: Bearer"));
  }

  @Test
  void shouldRefuseAnUnknownKey() {
    given().auth().oauth2("wst_nobody").get("/guarded").then().statusCode(401);
  }

  @Test
  void shouldCloseAResourceThatDeclaresNoScope() {
    given()
        .auth()
        .oauth2(TestKeys.ACME.text())
        .get("/guarded/forgotten")
        .then()
        .statusCode(403)
        .body("code", equalTo("closed-resource"));
    given().get("/guarded/forgotten").then().statusCode(403);
  }

  @Test
  void shouldKeepAKeyOfOneLoopToThatLoop() {
    get("/guarded/loops/only", TestKeys.ACME_ONE_LOOP).statusCode(200).body(equalTo("acme/only"));
    get("/guarded/loops/other", TestKeys.ACME_ONE_LOOP)
        .statusCode(404)
        .body("code", equalTo("unknown-loop"));
    get("/guarded", TestKeys.ACME_ONE_LOOP)
        .statusCode(403)
        .body("code", equalTo("key-of-one-loop"));
  }

  @Test
  void shouldRefuseAKeyThatHasExpired() {
    get("/guarded", TestKeys.ACME_EXPIRED).statusCode(401).body("code", equalTo("unauthorized"));
  }

  private static ValidatableResponse get(String path, TestKeys key) {
    return given().auth().oauth2(key.text()).get(path).then();
  }

  @Test
  void shouldNotAcceptAKeyInTheUrl() {
    given().get("/guarded?key=" + TestKeys.ACME.text()).then().statusCode(401);
  }

  @Test
  void shouldNameTheScopeThatAKeyLacks() {
    given()
        .auth()
        .oauth2(TestKeys.ACME_READ_ONLY.text())
        .contentType("application/json")
        .body("{\"numbers\":[1]}")
        .post("/guarded")
        .then()
        .statusCode(403)
        .body("code", equalTo("missing-scope"))
        .body("detail", containsString("ingest or import"));
  }

  @Test
  void shouldLocateTheFaultOfAMalformedBody() {
    given()
        .auth()
        .oauth2(TestKeys.ACME.text())
        .contentType("application/json")
        .body("{\"numbers\":[1,\"two\"]}")
        .post("/guarded")
        .then()
        .statusCode(400)
        .contentType(startsWith("application/problem+json"))
        .body("code", equalTo("malformed-json"))
        .body("pointer", equalTo("/numbers/1"));
  }

  @Test
  void shouldSendRetryAfter() {
    given().get("/guarded/busy").then().statusCode(503).header("Retry-After", "2");
  }

  @Test
  void shouldDiscloseNoInternals() {
    given()
        .get("/guarded/broken")
        .then()
        .statusCode(500)
        .body("code", equalTo("internal"))
        .body("detail", not(containsString("secret")));
  }

  @Test
  void shouldAnswerUnknownPathsAsProblems() {
    given()
        .get("/nowhere")
        .then()
        .statusCode(404)
        .body("code", equalTo("no-such-resource"))
        .body("remedy", containsString("check the path"));
  }

  @Test
  void shouldNameTheRemedyForAWrongMethod() {
    given()
        .delete("/guarded")
        .then()
        .statusCode(405)
        .body("code", equalTo("method-not-allowed"))
        .body("remedy", containsString("OPTIONS"));
    given().options("/guarded").then().header("Allow", containsString("POST"));
  }

  @Test
  void shouldNameTheRemedyForAWrongAcceptHeader() {
    given()
        .auth()
        .oauth2(TestKeys.ACME.text())
        .contentType("application/json")
        .accept("image/png")
        .body("{\"numbers\":[1]}")
        .post("/guarded")
        .then()
        .statusCode(406)
        .body("code", equalTo("not-acceptable"))
        .body("remedy", containsString("application/json"));
  }
}
