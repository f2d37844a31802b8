package dev.whetstone.cli.command.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;

/** Checks from this machine whether a declared model server answers with the declared base. */
final class EndpointCheck {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final int UNAUTHORIZED = 401;

  private EndpointCheck() {}

  /** What is wrong with a declaration's {@code spec.serving}, if anything. */
  static Optional<String> warning(JsonNode serving) {
    String endpoint = serving.path("endpoint").asText("");
    String base = serving.path("baseName").asText("base");
    if (endpoint.isEmpty()) {
      return Optional.empty();
    }
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
      HttpResponse<InputStream> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(endpoint + "/v1/models")).timeout(LIMIT).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        byte[] read = body.readNBytes(LONGEST_ANSWER);
        return answer.statusCode() == UNAUTHORIZED
            ? Optional.empty()
            : judge(endpoint, base, answer.statusCode(), read);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(
          "nothing answers at spec.serving.endpoint %s; start the model server or correct the field"
              .formatted(endpoint));
    }
  }

  private static Optional<String> judge(String endpoint, String base, int status, byte[] body)
      throws IOException {
    TreeSet<String> served = new TreeSet<>();
    if (status / 100 == 2) {
      ApiClient.JSON
          .readTree(body)
          .path("data")
          .forEach(model -> served.add(model.path("id").asText()));
    }
    if (served.contains(base)) {
      return Optional.empty();
    }
    return Optional.of(
        served.isEmpty()
            ? "%s is not a model server: GET /v1/models answered %d; correct spec.serving.endpoint"
                .formatted(endpoint, status)
            : "the server at %s does not serve '%s' but %s; it may belong to another stack: correct spec.serving"
                .formatted(endpoint, base, served));
  }
}
