package dev.whetstone.client.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Client of the services of one stack, with one API key. Thread-safe. */
public final class ApiClient {
  /** Writes instants and durations as ISO 8601. */
  public static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** The most that eval answers with at once. */
  private static final int LOOPS_PER_PAGE = 1_000;

  /** The largest answer is a page of a list or the evidence of a decision. */
  private static final long MOST_BYTES = 64L << 20;

  private final StackPorts ports;
  private final @Nullable String key;

  public ApiClient(StackPorts ports, @Nullable String key) {
    this.ports = ports;
    this.key = key;
  }

  /** The same services with another key. */
  public ApiClient with(@Nullable String otherKey) {
    return new ApiClient(ports, otherKey);
  }

  /** The base URL of a service, without a trailing slash. */
  public String baseUrl(StackComponent service) {
    return "http://127.0.0.1:" + ports.http(service);
  }

  public ApiReply get(StackComponent service, String path) {
    return send(service, "GET", path, null, null);
  }

  public ApiReply delete(StackComponent service, String path) {
    return send(service, "DELETE", path, null, null);
  }

  public ApiReply post(StackComponent service, String path, JsonNode body) {
    return send(service, "POST", path, "application/json", bytes(body));
  }

  /** Sends a request with an unmodified body. */
  public ApiReply send(
      StackComponent service,
      String method,
      String path,
      @Nullable String contentType,
      byte @Nullable [] body) {
    URI uri = URI.create(baseUrl(service) + path);
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, publisher);
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    try {
      return ApiReply.of(BoundedExchange.send(CLIENT, request.build(), TIMEOUT, MOST_BYTES));
    } catch (IOException e) {
      throw new RemedyException(
          "%s does not answer at %s (%s)"
              .formatted(service.description(), uri, BoundedExchange.reason(e)),
          "check with ./whetstone status, start it with ./whetstone up, see its log with ./whetstone logs "
              + service.id(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemedyException("interrupted while calling " + uri, "run the command again", e);
    }
  }

  /**
   * The JSON of a GET that must succeed.
   *
   * @throws RemedyException with the problem that the service reported
   */
  public JsonNode ok(StackComponent service, String path) {
    return require(service, "GET " + path, get(service, path));
  }

  /**
   * The tenant's loops, sorted by name: pages are read until one is not full.
   *
   * @throws RemedyException with the problem that eval reported
   */
  public List<JsonNode> loops() {
    List<JsonNode> loops = new ArrayList<>();
    String after = "";
    JsonNode page;
    do {
      page =
          ok(
              StackComponent.EVAL,
              "/v1/loops?limit=%d&after=%s".formatted(LOOPS_PER_PAGE, encode(after)));
      page.forEach(loops::add);
      after = loops.isEmpty() ? "" : loops.getLast().path("loop").asText();
    } while (page.size() == LOOPS_PER_PAGE);
    return loops;
  }

  /** The body of {@code reply}, or an exception with the reported problem. */
  public static JsonNode require(StackComponent service, String call, ApiReply reply) {
    if (!reply.isOk()) {
      throw new RemedyException(
          service.description() + " refused " + call + ": " + reply.problem(),
          "./whetstone logs " + service.id() + " shows the details");
    }
    return reply.body();
  }

  /** Percent-encodes a text for a path or query. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Serializes a value as JSON. */
  public static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot serialize the value as JSON", e);
    }
  }
}
