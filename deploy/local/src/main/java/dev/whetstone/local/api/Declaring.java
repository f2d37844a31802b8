package dev.whetstone.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.stack.StackException;
import java.util.List;

/**
 * Declares loops. The eval service keeps them; the others learn of them over Kafka, a moment later.
 */
public final class Declaring {
  private static final List<Component> LEARNERS =
      List.of(Component.INGEST, Component.CURATION, Component.TRAINING);

  private Declaring() {}

  /** Declares a loop, or changes its declaration. */
  public static Reply declare(Api api, String name, JsonNode content) {
    return api.send(
        Component.EVAL, "PUT", "/v1/loops/" + name, "application/json", Api.bytes(content));
  }

  /**
   * Who has not yet learnt of a declaration; who does not run is among them.
   *
   * @param specSha256 as eval answered
   */
  public static List<Component> unaware(Api api, String name, String specSha256) {
    return LEARNERS.stream().filter(service -> !knows(api, service, name, specSha256)).toList();
  }

  private static boolean knows(Api api, Component service, String name, String specSha256) {
    try {
      Reply reply = api.get(service, "/v1/loops/" + name + "/status");
      // Only curation says which declaration it has; the others say that they have one.
      return reply.isOk() && reply.body().path("specSha256").asText(specSha256).equals(specSha256);
    } catch (StackException e) {
      return false;
    }
  }
}
