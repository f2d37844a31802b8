package dev.whetstone.eval.offer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.eval.paging.NewestFirstPage;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenant {@code other} tries to name what belongs to tenant {@code acme} or to the machine. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class TenantSeparationTest {
  private static final String ROWS = "{\"secret of acme\": 1}\n";
  @Inject ObjectStore store;
  @Inject CheckpointRepository checkpoints;
  private FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static RequestSpecification other() {
    return given().header("Authorization", TestKeys.OTHER.bearer()).contentType("application/json");
  }

  private String declaration(String serving, String section) {
    return """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: other, name: mine}
        spec:
          baseModel: {uri: 'hf://whetstone/tiny'}
          consent: {default: allow}
          serving: %s
          %s
        """
        .formatted(serving, section);
  }

  private String serving(String rest) {
    return "{endpoint: '%s', baseName: base%s}".formatted(server.url(), rest);
  }

  private ValidatableResponse put(String declaration) {
    return other().body(declaration).put("/v1/loops/mine").then();
  }

  @Test
  void shouldRefuseFilesOfTheStoreAndOfTheMachineWithoutTellingAboutThem() throws IOException {
    StoredObject rows = store.putBlob(ROWS.getBytes(StandardCharsets.UTF_8));
    Path file = Files.writeString(Files.createTempFile("rows", ".jsonl"), ROWS);
    Path none = file.resolveSibling("none-" + file.getFileName());
    for (String uri :
        new String[] {
          rows.uri().toString(),
          file.toUri().toString(),
          none.toUri().toString(),
          "file:///etc/passwd",
          "file:///proc/self/environ"
        }) {
      for (String section :
          new String[] {
            "evaluation: {suites: [{name: golden, role: RETAIN, uri: '%s'}]}".formatted(uri),
            "training: {replay: [{uri: '%s', share: 0.1}]}".formatted(uri)
          }) {
        String body = declaration(serving(""), section);
        String expected =
            "'%s'; allowed: a path below a folder that the operator declares for the tenant (none is declared), set by whetstone.inputs.other or whetstone.shared-inputs, and never in the object store"
                .formatted(uri);
        String detail =
            put(body)
                .statusCode(422)
                .body("code", equalTo("invalid-loop"))
                .body("detail", containsString(expected))
                .extract()
                .path("detail");
        assertThat(detail.replace(uri, "")).doesNotContain(ContentDigests.sha256(ROWS));
        other()
            .body(body)
            .post("/v1/loops/mine/explain")
            .then()
            .statusCode(422)
            .body("detail", containsString(expected));
      }
    }
  }

  @Test
  void shouldRefuseTheStoreToATenantWhoseFolderContainsIt() {
    StoredObject rows = store.putBlob(ROWS.getBytes(StandardCharsets.UTF_8));
    LoopFixture loop = new LoopFixture("greedy", store, server);
    String suite = "suites: [{name: golden, role: RETAIN, uri: '%s'}]".formatted(rows.uri());

    LoopFixture.api()
        .body(loop.yaml().replace("suites: []", suite))
        .put("/v1/loops/greedy")
        .then()
        .statusCode(422)
        .body("detail", containsString("never in the object store"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://169.254.169.254/latest, link-local address",
    "http://user:pw@127.0.0.1:8000, user info",
    "http://127.0.0.1:8000/a?b=c, a query or a fragment",
    "http://0.0.0.0:8000, unspecified address",
    "http://10.0.0.1:8000, it is not on the list",
  })
  void shouldRefuseEndpointsThatAreNotModelServers(String url, String reason) {
    put(declaration("{endpoint: '%s'}".formatted(url), ""))
        .statusCode(422)
        .body(
            "detail",
            allOf(
                containsString("/spec/serving/endpoint"),
                containsString(url),
                containsString(reason),
                containsString("allowed: ")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"env:WHETSTONE_SERVING_ACME_KEY", "file:acme/key", "env:HOME"})
  void shouldRefuseTheKeysOfOtherTenants(String reference) {
    put(declaration(serving(", credentialsRef: '" + reference + "'"), ""))
        .statusCode(422)
        .body(
            "detail",
            containsString(
                "/spec/serving/credentialsRef: '%s'; allowed: env:WHETSTONE_SERVING_OTHER_<NAME> or file:other/<name>"
                    .formatted(reference)));
  }

  @Test
  void shouldRefuseTheAdapterOfAnotherTenant() {
    LoopFixture acme = new LoopFixture("robbed", store, server).declared();
    CheckpointReady theirs = acme.unpublishedCheckpoint(LoopFixture::right);
    assertThat(checkpoints.record(acme.loop(), theirs)).isTrue();
    CheckpointReady uploaded = acme.uploadedCheckpoint(LoopFixture::right);
    put(declaration(serving(""), "")).statusCode(200);

    for (CheckpointReady offered : new CheckpointReady[] {theirs, uploaded}) {
      offer(offered.checkpointId(), offered.manifestUri(), offered.adapterUri())
          .statusCode(422)
          .body("code", equalTo("outside-tenant"))
          .body("pointer", equalTo("/manifestUri"));
    }
    String key = "offers/other/../acme/" + key(uploaded).substring("offers/acme/".length());
    String traversal = store.uri("offers").toString() + key.substring("offers".length());
    assertThat(offer("b".repeat(64), traversal, traversal).extract().statusCode())
        .isBetween(400, 422);
    assertThat(checkpoints.page(new LoopId("other", "mine"), NewestFirstPage.of(null, null)))
        .isEmpty();
  }

  @Test
  void shouldRefuseAnUploadThatIsALinkToAnotherTenantsAdapter() throws IOException {
    CheckpointReady theirs =
        new LoopFixture("linked", store, server).unpublishedCheckpoint(LoopFixture::right);
    put(declaration(serving(""), "")).statusCode(200);
    Path area = Files.createDirectories(Path.of(store.uri("offers/other")));
    Path link = area.resolve("link");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(URI.create(theirs.adapterUri())).getParent());

    offer(
            theirs.checkpointId(),
            store.uri("offers/other/link/manifest.json").toString(),
            store.uri("offers/other/link/adapter").toString())
        .statusCode(422)
        .body("code", equalTo("outside-tenant"));
  }

  @Test
  void shouldAcceptACheckpointOfAnotherLoopOfTheSameTenant() {
    LoopFixture one = new LoopFixture("lender", store, server).declared();
    new LoopFixture("borrower", store, server).declared();
    CheckpointReady ready = one.unpublishedCheckpoint(LoopFixture::right);
    assertThat(checkpoints.record(one.loop(), ready)).isTrue();

    LoopFixture.api()
        .body(body(ready.checkpointId(), ready.manifestUri(), ready.adapterUri()))
        .post("/v1/loops/borrower/checkpoints")
        .then()
        .statusCode(202);
  }

  @Test
  void shouldTellAKeyInABrowserOnlyTheNameOfTheModel() {
    new LoopFixture("public", store, server).declared();

    given()
        .header("Authorization", TestKeys.ACME_PUBLISHABLE.bearer())
        .get("/v1/loops/public/champion")
        .then()
        .statusCode(200)
        .body("", equalTo(Map.of("servedName", "base", "generation", 0)));
  }

  @Test
  void shouldNotLetAKeyWithoutApproveWeakenTheGates() {
    LoopFixture loop = new LoopFixture("guarded", store, server);
    operate(loop.yaml())
        .statusCode(403)
        .body("code", equalTo("approval-needed"))
        .body(
            "detail",
            allOf(
                containsString("/spec/rollout/mode: 'auto'"),
                containsString("/spec/evaluation/gates/0/minItems: '40'"),
                containsString("'no gate FORMAT'")));
    LoopFixture.api().get("/v1/loops/guarded").then().statusCode(404);

    loop.declared();

    operate(loop.yaml().replace("concurrency: 16", "concurrency: 8")).statusCode(200);
    operate(loop.yaml().replace("minItems: 40", "minItems: 39")).statusCode(403);
  }

  private static ValidatableResponse operate(String declaration) {
    return given()
        .header("Authorization", TestKeys.ACME_OPERATE.bearer())
        .contentType("application/json")
        .body(declaration)
        .put("/v1/loops/guarded")
        .then();
  }

  private String key(CheckpointReady ready) {
    return store.key(URI.create(ready.manifestUri()));
  }

  private static ValidatableResponse offer(String id, String manifestUri, String adapterUri) {
    return other()
        .body(body(id, manifestUri, adapterUri))
        .post("/v1/loops/mine/checkpoints")
        .then();
  }

  private static String body(String id, String manifestUri, String adapterUri) {
    return "{\"checkpointId\": \"%s\", \"manifestUri\": \"%s\", \"adapterUri\": \"%s\"}"
        .formatted(id, manifestUri, adapterUri);
  }
}
