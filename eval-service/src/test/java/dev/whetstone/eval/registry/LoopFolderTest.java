package dev.whetstone.eval.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loops are declared from a folder; a broken file has no effect and is reported. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LoopFolderTest {
  @Inject ObjectStore store;
  @Inject LoopFolder folder;
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
  void shouldNotDeleteALoopThatAFileDeclares(@TempDir Path directory) throws IOException {
    Files.writeString(
        directory.resolve("kept.yaml"), new LoopFixture("kept", store, server).yaml());
    folder.scan(directory);

    LoopFixture.api()
        .delete("/v1/loops/kept")
        .then()
        .statusCode(409)
        .body("code", equalTo("declared-by-a-file"))
        .body("detail", containsString("kept.yaml"));
  }

  @Test
  void shouldKeepTheLastGoodRevisionOfABrokenFileAndReportIt(@TempDir Path directory)
      throws IOException {
    LoopFixture scene = new LoopFixture("mounted", store, server);
    Path file = directory.resolve("mounted.yaml");
    Files.writeString(file, scene.yaml());
    folder.scan(directory);
    assertThat(scene.condition("Declared")).isEqualTo("revision 1 is in force");

    Files.writeString(
        file, scene.yaml().replace("reproducibilityItems: 20", "reproducibilityItms: 20"));
    folder.scan(directory);

    assertThat(scene.condition("Declared"))
        .contains("revision 1 is in force", "reproducibilityItms", "mounted.yaml");
    LoopFixture.api().get("/v1/loops/mounted").then().body("revision", equalTo(1));

    Files.writeString(file, scene.freshItems(50).yaml());
    folder.scan(directory);
    assertThat(scene.condition("Declared")).isEqualTo("revision 2 is in force");
  }

  @Test
  void shouldPinAChangedSuiteAgain(@TempDir Path directory) throws IOException {
    LoopFixture scene =
        new LoopFixture("repinned", store, server).suite("RETAIN", "golden", 3, false);
    Files.writeString(directory.resolve("repinned.yaml"), scene.yaml());
    folder.scan(directory);
    folder.scan(directory);
    assertThat(scene.condition("Declared")).isEqualTo("revision 1 is in force");

    String item = Files.readAllLines(scene.suiteFile("golden")).getFirst();
    Files.writeString(scene.suiteFile("golden"), item + "\n");
    folder.scan(directory);

    assertThat(scene.condition("Declared")).isEqualTo("revision 2 is in force");
    LoopFixture.api()
        .get("/v1/loops/repinned")
        .then()
        .body(
            "spec.spec.evaluation.suites[0].sha256",
            equalTo(ContentDigests.sha256(scene.suiteFile("golden"))));

    Files.delete(scene.suiteFile("golden"));
    folder.scan(directory);
    assertThat(scene.condition("Declared"))
        .contains("revision 2 is in force", "a readable JSONL file");
  }

  @Test
  void shouldReportWhyALoopWasNeverDeclared(@TempDir Path directory) throws IOException {
    LoopFixture scene = new LoopFixture("misdeclared", store, server);
    Path file = directory.resolve("misdeclared.yaml");
    Files.writeString(file, scene.yaml().replace("concurrency: 16", "concurrency: 0"));
    folder.scan(directory);

    for (String path : List.of("", "/status")) {
      LoopFixture.api()
          .get("/v1/loops/misdeclared" + path)
          .then()
          .statusCode(404)
          .body("code", equalTo("unknown-loop"))
          .body("detail", containsString("/spec/evaluation/concurrency"))
          .body("remedy", containsString("fix misdeclared.yaml"));
    }
    given()
        .header("Authorization", TestKeys.OTHER.bearer())
        .get("/v1/loops/misdeclared")
        .then()
        .statusCode(404)
        .body("detail", not(containsString("concurrency")));

    Files.writeString(file, scene.yaml());
    folder.scan(directory);
    assertThat(scene.condition("Declared")).isEqualTo("revision 1 is in force");
  }

  @Test
  void shouldForgetTheFaultsOfARemovedFile(@TempDir Path directory) throws IOException {
    LoopFixture scene = new LoopFixture("removed", store, server);
    Path file = directory.resolve("removed.yaml");
    Files.writeString(file, scene.yaml());
    folder.scan(directory);
    Files.writeString(file, "spec: [");
    folder.scan(directory);
    assertThat(scene.condition("Declared")).contains("removed.yaml");

    Files.delete(file);
    folder.scan(directory);

    assertThat(scene.condition("Declared")).isEqualTo("revision 1 is in force");
  }
}
