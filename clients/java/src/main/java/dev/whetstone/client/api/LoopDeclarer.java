package dev.whetstone.client.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import java.util.List;

/**
 * Declares loops. The eval service stores a declaration; the other services receive it over Kafka
 * shortly afterwards.
 */
public final class LoopDeclarer {
  private static final List<StackComponent> CONSUMERS =
      List.of(StackComponent.INGEST, StackComponent.CURATION, StackComponent.TRAINING);

  private LoopDeclarer() {}

  /** Declares a loop, or changes its declaration. */
  public static ApiReply declare(ApiClient api, String name, JsonNode content) {
    return api.send(
        StackComponent.EVAL,
        "PUT",
        "/v1/loops/" + name,
        "application/json",
        ApiClient.bytes(content));
  }

  /**
   * The services that have not received a declaration yet. A service that is not running is
   * included.
   *
   * @param specSha256 digest of the declaration as returned by the eval service
   */
  public static List<StackComponent> servicesMissing(
      ApiClient api, String name, String specSha256) {
    return CONSUMERS.stream()
        .filter(service -> !hasDeclaration(api, service, name, specSha256))
        .toList();
  }

  private static boolean hasDeclaration(
      ApiClient api, StackComponent service, String name, String specSha256) {
    try {
      ApiReply reply = api.get(service, "/v1/loops/" + name + "/status");
      // Only curation reports the digest of its declaration; the others report only that they have
      // one.
      return reply.isOk() && reply.body().path("specSha256").asText(specSha256).equals(specSha256);
    } catch (RemedyException e) {
      return false;
    }
  }
}
