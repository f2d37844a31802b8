package dev.whetstone.client.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/**
 * A response of a service.
 *
 * @param body JSON, or a text node when the response is not JSON
 */
public record ApiReply(int status, JsonNode body) {
  public static ApiReply of(HttpResponse<byte[]> response) {
    return new ApiReply(response.statusCode(), parse(response.body()));
  }

  public boolean isOk() {
    return status / 100 == 2;
  }

  /** Describes an error response, from problem+json if the service sent it. */
  public String problem() {
    String title = body.path("title").asText("");
    String detail = body.path("detail").asText("");
    String pointer = body.path("pointer").asText("");
    String remedy = body.path("remedy").asText("");
    String text =
        String.join(
            ": ", java.util.stream.Stream.of(title, detail).filter(s -> !s.isBlank()).toList());
    if (text.isBlank()) {
      text = body.isTextual() ? body.asText() : body.toString();
    }
    return status
        + " "
        + text
        + (pointer.isBlank() ? "" : " (at " + pointer + ")")
        + (remedy.isBlank() ? "" : "\n  → " + remedy);
  }

  private static JsonNode parse(byte[] body) {
    if (body.length == 0) {
      return ApiClient.JSON.nullNode();
    }
    try {
      return ApiClient.JSON.readTree(body);
    } catch (IOException e) {
      return new TextNode(new String(body, StandardCharsets.UTF_8));
    }
  }
}
