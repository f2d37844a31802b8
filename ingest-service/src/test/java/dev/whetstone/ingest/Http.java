package dev.whetstone.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.testing.TestKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request to the service, put together step by step. */
public final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI root;
  private final List<String> headers = new ArrayList<>();
  private byte[] body = new byte[0];

  public Http(URI root) {
    this.root = root;
  }

  public Http as(TestKeys key) {
    return header("Authorization", key.bearer());
  }

  public Http header(String name, String value) {
    headers.add(name);
    headers.add(value);
    return this;
  }

  public Http body(String type, String text) {
    return body(type, text.getBytes(StandardCharsets.UTF_8));
  }

  public Http body(String type, byte[] bytes) {
    body = bytes;
    return header("Content-Type", type);
  }

  public Answer post(String path) {
    return send("POST", path, BodyPublishers.ofByteArray(body));
  }

  /** The same without saying beforehand how long the body is. */
  public Answer postChunked(String path) {
    return send("POST", path, BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)));
  }

  public Answer delete(String path) {
    return send("DELETE", path, BodyPublishers.noBody());
  }

  public Answer get(String path) {
    return send("GET", path, BodyPublishers.noBody());
  }

  public Answer send(String method, String path, HttpRequest.BodyPublisher content) {
    var request = HttpRequest.newBuilder(root.resolve(path)).method(method, content);
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    try {
      return new Answer(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method + " " + path + " was interrupted", e);
    }
  }

  /** What came back. */
  public record Answer(HttpResponse<byte[]> response) {
    public int status() {
      return response.statusCode();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return Json.read(response.body(), JsonNode.class);
    }

    /** A member of the answer as text; empty when it is not there. */
    public String at(String pointer) {
      return json().at(pointer).asText();
    }

    /** A member of every element of an answered list; empty where it is not there. */
    public List<String> all(String name) {
      List<String> values = new ArrayList<>();
      json().forEach(element -> values.add(element.path(name).asText()));
      return values;
    }
  }
}
