package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the published description promises is so. */
@QuarkusTest
class OpenApiTest extends IngestTest {
  @Test
  void shouldPublishEveryCallAndNoOther() {
    JsonNode paths = document().at("/paths");
    List<String> names = new ArrayList<>();
    paths.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactlyInAnyOrder(
            "/v1/loops/{loop}/interactions",
            "/v1/loops/{loop}/feedback",
            "/v1/loops/{loop}/feedback/{id}",
            "/v1/loops/{loop}/status",
            "/v1/events",
            "/v1/endusers/{endUser}",
            "/v1/conversations/{id}");
  }

  @TestFactory
  List<DynamicTest> shouldAcceptEveryExample() {
    List<DynamicTest> tests = new ArrayList<>();
    document()
        .at("/paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .at("/post/requestBody/content")
                    .properties()
                    .forEach(
                        type -> collect(tests, path.getKey(), type.getKey(), type.getValue())));
    assertThat(tests).hasSizeGreaterThan(13);
    return tests;
  }

  private void collect(List<DynamicTest> tests, String path, String type, JsonNode content) {
    content
        .at("/examples")
        .properties()
        .forEach(
            example ->
                tests.add(
                    DynamicTest.dynamicTest(
                        path + " " + type + " " + example.getKey(),
                        () -> shouldAccept(path, type, example.getValue().get("value")))));
  }

  private void shouldAccept(String path, String type, JsonNode value) {
    var answer =
        http()
            .as(TestKeys.ACME)
            .body(type, value.toString())
            .post(path.replace("{loop}", "support"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.text()).doesNotContain("rejected");
  }

  private JsonNode document() {
    return management().get("/q/openapi?format=json").json();
  }
}
