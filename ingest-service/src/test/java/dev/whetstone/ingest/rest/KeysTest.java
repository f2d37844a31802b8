package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.ingest.Http;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a key in a browser and a key for imports may do. */
@QuarkusTest
class KeysTest extends IngestTest {
  @ConfigProperty(name = "whetstone.keys.file")
  Path keysFile;

  @Test
  void shouldAcceptFourKindsFromAPublishableKey() {
    var answer =
        publishable(
            """
            [{"responseId": "r-1", "kind": "thumb", "value": true},
             {"responseId": "r-1", "kind": "rating", "value": 4, "scale": {"min": 1, "max": 5}},
             {"responseId": "r-1", "kind": "comment", "rationale": "Fine."},
             {"responseId": "r-1", "kind": "implicit", "name": "copied"}]
            """);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.all("status")).containsOnly("accepted");
    assertThat(KafkaProbe.header(published(answer.at("/0/id")).getFirst(), "ce_source"))
        .isEqualTo("web-widget");
  }

  @Test
  void shouldStampTheKeyAndADigestOfTheConnection() {
    String item =
        "{\"responseId\": \"r-stamp\", \"kind\": \"thumb\", \"value\": true, \"id\": \"%s\"}";
    publishable(item.formatted("stamp-1"));
    publishable(item.formatted("stamp-2"));
    json(item.formatted("stamp-3")).post(FEEDBACK);

    var browser = published("stamp-1").getFirst();
    assertThat(KafkaProbe.header(browser, "ce_keyid")).isEqualTo("acme-publishable");
    assertThat(KafkaProbe.header(browser, "ce_publishable")).isEqualTo("true");
    assertThat(KafkaProbe.header(browser, "ce_connection"))
        .matches("[0-9a-f]{32}")
        .isEqualTo(KafkaProbe.header(published("stamp-2").getFirst(), "ce_connection"));
    var server = published("stamp-3").getFirst();
    assertThat(KafkaProbe.header(server, "ce_publishable")).isEqualTo("false");
    assertThat(KafkaProbe.header(server, "ce_connection")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'responseId': 'r-1', 'kind': 'correction', 'correctedOutput': 'x'} | /kind",
        "{'responseId': 'r-1', 'kind': 'outcome', 'name': 'x', 'value': true} | /kind",
        "{'conversationId': 'c-1', 'kind': 'thumb', 'value': true} | /responseId",
        "{'responseId': 'r-1', 'kind': 'thumb', 'value': true, 'supersedes': 'd-1'} | /supersedes",
      })
  void shouldRefuseOtherFeedbackFromAPublishableKey(String item, String pointer) {
    var answer = publishable(item.replace('\'', '"'));
    assertProblem(answer, 403, "publishable-key");
    assertThat(answer.at("/pointer")).isEqualTo(pointer);
  }

  @Test
  void shouldRefuseInteractionsFromAPublishableKey() {
    var answer =
        http()
            .as(TestKeys.ACME_PUBLISHABLE)
            .body(
                "application/json",
                """
                {"responseId": "r-1", "request": {"messages": [{"role": "user", "content": "Hi"}]},
                 "response": {"message": {"role": "assistant", "content": "Hello"}}}
                """)
            .post(INTERACTIONS);
    assertProblem(answer, 403, "publishable-key");
  }

  @Test
  void shouldAllowCorsRequests() {
    var preflight =
        http()
            .header("Origin", "https://shop.example")
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,content-type")
            .send("OPTIONS", FEEDBACK, BodyPublishers.noBody());
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
    assertThat(preflight.header("Access-Control-Allow-Methods")).contains("POST");
    assertThat(preflight.header("Access-Control-Allow-Credentials")).isNotEqualTo("true");

    var answer =
        http()
            .as(TestKeys.ACME_PUBLISHABLE)
            .header("Origin", "https://shop.example")
            .body("application/json", "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}")
            .post(FEEDBACK);
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
  }

  @Test
  void shouldNotUseAKeyWithAReservedApplication() throws IOException {
    String key = "wst_" + "R".repeat(43);
    for (String application : List.of("eval", "ingest", "import:archive")) {
      String entry =
          """
          {"id": "reserved", "sha256": "%s", "tenant": "acme", "application": "%s",
           "scopes": ["ingest"], "publishable": false},
          """
              .formatted(ContentDigests.sha256(key), application);
      Files.writeString(keysFile, TestKeys.file().replaceFirst("\\[", "[" + entry));

      var answer =
          http()
              .header("Authorization", "Bearer " + key)
              .body(
                  "application/json", "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}")
              .post(FEEDBACK);

      assertProblem(answer, 401, "unauthorized");
    }
  }

  @Test
  void shouldMarkEventsOfAnImportKey() throws IOException {
    String key = "wst_" + "I".repeat(43);
    String entry =
        """
        {"id": "importer", "sha256": "%s", "tenant": "acme", "application": "archive",
         "scopes": ["import"], "publishable": false},
        """
            .formatted(ContentDigests.sha256(key));
    Files.writeString(keysFile, TestKeys.file().replaceFirst("\\[", "[" + entry));

    var answer =
        http()
            .header("Authorization", "Bearer " + key)
            .body("application/json", "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}")
            .post(FEEDBACK);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.at("/why")).contains("/fates/import%3Aarchive/");
    assertThat(KafkaProbe.header(published(answer.at("/id")).getFirst(), "ce_source"))
        .isEqualTo("import:archive");
  }

  private Http.Answer publishable(String body) {
    return http().as(TestKeys.ACME_PUBLISHABLE).body("application/json", body).post(FEEDBACK);
  }
}
