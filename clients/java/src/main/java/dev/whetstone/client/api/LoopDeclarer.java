package dev.whetstone.client.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import java.util.List;

/**
 * Declares loops. The eval service keeps them; the others learn of them over Kafka, a moment later.
 */
public final class LoopDeclarer {
  private static final List<StackComponent> LEARNERS =
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
   * Who has not yet learnt of a declaration; who does not run is among them.
   *
   * @param specSha256 as eval answered
   */
  public static List<StackComponent> unaware(ApiClient api, String name, String specSha256) {
    return LEARNERS.stream().filter(service -> !knows(api, service, name, specSha256)).toList();
  }

  private static boolean knows(
      ApiClient api, StackComponent service, String name, String specSha256) {
    try {
      ApiReply reply = api.get(service, "/v1/loops/" + name + "/status");
      // Only curation says which declaration it has; the others say that they have one.
      return reply.isOk() && reply.body().path("specSha256").asText(specSha256).equals(specSha256);
    } catch (RemedyException e) {
      return false;
    }
  }
}
