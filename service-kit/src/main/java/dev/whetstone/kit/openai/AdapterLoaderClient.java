package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.openai.HttpTransport.CallBounds;
import dev.whetstone.kit.openai.OpenAiException.Kind;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;

/**
 * The loader beside a model server, which copies adapters from a bucket to the server's machine.
 */
public final class AdapterLoaderClient {
  private static final String PATH = "/v1/adapters";
  private static final CallBounds SENTENCE = new CallBounds(64 * 1024, Duration.ofDays(1));

  private final HttpTransport transport;

  /**
   * @param base URL of the loader
   * @param endpoints checked at each call, since the host is the one that a tenant has named
   */
  public AdapterLoaderClient(
      HttpClient http, URI base, ClientLimits limits, AllowedEndpoints endpoints) {
    this.transport = new HttpTransport(http, base, null, limits, endpoints);
  }

  /**
   * Copies an adapter unless it is there.
   *
   * @param sha256 digest of its directory, which the copy must have
   * @return the path of the copy, as the model server sees it
   * @throws OpenAiException when the loader does not answer, or cannot provide the adapter
   */
  public String pull(String uri, String sha256) {
    byte[] request = Json.write(Map.of("uri", uri, "sha256", sha256));
    return transport.post(PATH, request, SENTENCE, this::path);
  }

  private String path(byte[] body) {
    try {
      JsonNode path = ReplyTree.read(body).path("path");
      if (path.isTextual() && path.asText().startsWith("/")) {
        return path.asText();
      }
    } catch (ReplyTree.TooManyValues | UncheckedIOException e) {
      throw new OpenAiException(
          Kind.INVALID_REPLY, transport.uri(PATH), "the reply is not JSON", e);
    }
    throw new OpenAiException(
        Kind.INVALID_REPLY, transport.uri(PATH), "the reply has no absolute path", null);
  }
}
