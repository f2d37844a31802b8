package dev.whetstone.kit.trace;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class TraceResourceTest {
  private static final LoopId LOOP = new LoopId("acme", "told-traces");
  private static final TraceContext CONTEXT =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);
  private static final String EVENT = LOOP.key() + "/shop%2Fweb/c-1";

  @Inject TraceContextRepository contexts;

  @BeforeEach
  void recordAContext() {
    QuarkusTransaction.requiringNew()
        .run(() -> contexts.put(new TraceSubject(LOOP, TraceSubject.Kind.EVENT, EVENT), CONTEXT));
  }

  @Test
  void shouldTellTheTraceOfAnEvent() {
    ask(TestKeys.ACME_READ_ONLY, "event", EVENT)
        .statusCode(200)
        .body("traceId", equalTo(CONTEXT.traceId()))
        .body("spanId", equalTo(CONTEXT.spanId()))
        .body("id", equalTo(EVENT));
  }

  @Test
  void shouldTellAnotherTenantNothing() {
    ask(TestKeys.OTHER, "event", EVENT).statusCode(404).body("code", equalTo("no-trace"));
    ask(TestKeys.ACME_INGEST_ONLY, "event", EVENT).statusCode(403);
  }

  @Test
  void shouldSayWhichKindsThereAre() {
    ask(TestKeys.ACME, "epoch", "1")
        .statusCode(400)
        .body("remedy", containsString("event, batch, run, checkpoint, decision"));
    ask(TestKeys.ACME, "batch", "").statusCode(400).body("code", equalTo("missing-id"));
    ask(TestKeys.ACME, "batch", "unknown").statusCode(404);
  }

  private static ValidatableResponse ask(TestKeys key, String kind, String id) {
    return given()
        .auth()
        .oauth2(key.text())
        .queryParam("kind", kind)
        .queryParam("id", id)
        .get("/v1/loops/" + LOOP.loop() + "/traces")
        .then();
  }
}
