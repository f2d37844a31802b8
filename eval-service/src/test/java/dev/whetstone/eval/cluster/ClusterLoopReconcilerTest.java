package dev.whetstone.eval.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loop resources are declared like loop files, and deleted with their resource. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ClusterLoopReconcilerTest {
  private static final int PASSES = 5;
  @Inject ObjectStore store;
  @Inject Sql sql;
  @Inject ClusterLoopReconciler reconciler;
  private final RecordedNamespace namespace = new RecordedNamespace();
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
  void shouldDeclareAResourceAndWriteItsStatusOnce() throws IOException {
    namespace.apply(resource("from-resource", "from-resource"));

    for (int pass = 0; pass < PASSES; pass++) {
      reconciler.pass(namespace);
    }

    LoopFixture.api()
        .get("/v1/loops/from-resource")
        .then()
        .statusCode(200)
        .body("revision", equalTo(1));
    JsonNode status = namespace.status("from-resource");
    assertThat(condition(status, "Accepted").path("status").asText()).isEqualTo("True");
    assertThat(status.path("revision").asLong()).isEqualTo(1);
    assertThat(status.path("champion").asText()).isNotEmpty();
    assertThat(condition(status, "Ready").path("message").asText()).isNotEmpty();
    assertThat(namespace.list().getFirst().finalizers()).containsExactly(ClusterLoop.FINALIZER);
    // A condition may have changed once or twice meanwhile.
    assertThat(namespace.statusWrites).hasSizeLessThan(PASSES);
  }

  @Test
  void shouldTellEveryFaultAndKeepWhatIsInForce() throws IOException {
    namespace.apply(resource("faulty-resource", "faulty-resource"));
    reconciler.pass(namespace);
    ObjectNode broken = resource("faulty-resource", "faulty-resource");
    ((ObjectNode) broken.get("spec")).putObject("budgets").put("maxRunsPerDay", -1);
    ((ObjectNode) broken.get("spec")).putObject("retention").put("interactions", "PT0S");
    namespace.apply(broken);

    reconciler.pass(namespace);

    JsonNode accepted = condition(namespace.status("faulty-resource"), "Accepted");
    assertThat(accepted.path("status").asText()).isEqualTo("False");
    assertThat(accepted.path("message").asText())
        .contains("/spec/budgets/maxRunsPerDay")
        .contains("/spec/retention/interactions");
    assertThat(namespace.status("faulty-resource").path("revision").asLong()).isEqualTo(1);
    assertThat(namespace.status("faulty-resource").path("observedGeneration").asLong())
        .isEqualTo(2);
    LoopFixture.api()
        .get("/v1/loops/faulty-resource")
        .then()
        .statusCode(200)
        .body("revision", equalTo(1));
  }

  @Test
  void shouldDeleteTheLoopBeforeItsResourceGoes() throws IOException {
    namespace.apply(resource("ending-resource", "ending-resource"));
    reconciler.pass(namespace);
    LoopFixture.api()
        .delete("/v1/loops/ending-resource")
        .then()
        .statusCode(409)
        .body("code", equalTo("declared-by-a-resource"));
    namespace.delete("ending-resource");

    reconciler.pass(namespace);

    assertThat(namespace.has("ending-resource")).isFalse();
    LoopFixture.api().get("/v1/loops/ending-resource").then().statusCode(404);
  }

  @Test
  void shouldNotDeclareALoopOfAnotherResource() throws IOException {
    namespace.apply(resource("owner", "shared-name"));
    namespace.apply(resource("second", "shared-name"));
    reconciler.pass(namespace);

    assertThat(condition(namespace.status("owner"), "Accepted").path("status").asText())
        .isEqualTo("True");
    assertThat(condition(namespace.status("second"), "Accepted").path("message").asText())
        .contains("declared by the Loop resource 'owner'");

    namespace.delete("second");
    reconciler.pass(namespace);

    assertThat(namespace.has("second")).isFalse();
    LoopFixture.api().get("/v1/loops/shared-name").then().statusCode(200);
  }

  @Test
  void shouldNotDeleteALoopThatAFileDeclares() throws IOException {
    ObjectNode resource = resource("moved-to-file", "moved-to-file");
    namespace.apply(resource);
    reconciler.pass(namespace);
    sql.updateInNewTransaction(
        "insert into loop_file (file, content_sha256, tenant, loop) values (?, ?, ?, ?)",
        "moved-to-file.yaml",
        "0",
        resource.at("/spec/tenant").asText(),
        "moved-to-file");
    reconciler.pass(namespace);
    assertThat(condition(namespace.status("moved-to-file"), "Accepted").path("message").asText())
        .contains("declared by the file moved-to-file.yaml");

    namespace.delete("moved-to-file");
    reconciler.pass(namespace);

    assertThat(namespace.has("moved-to-file")).isFalse();
    LoopFixture.api().get("/v1/loops/moved-to-file").then().statusCode(200);
  }

  /** The fixture's loop file as a resource. */
  private ObjectNode resource(String name, String loop) throws IOException {
    ObjectNode file =
        (ObjectNode) new YAMLMapper().readTree(new LoopFixture(loop, store, server).yaml());
    ObjectNode spec = (ObjectNode) file.get("spec");
    spec.set("tenant", file.at("/metadata/tenant"));
    if (!name.equals(loop)) {
      spec.put("name", loop);
    }
    file.putObject("metadata").put("name", name);
    return file;
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    throw new AssertionError("no condition " + type + " in " + status);
  }
}
