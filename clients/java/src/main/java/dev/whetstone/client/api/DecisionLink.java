package dev.whetstone.client.api;

import com.fasterxml.jackson.databind.JsonNode;

/** Links with which a browser opens a decision page once, without a key. */
public final class DecisionLink {
  private DecisionLink() {}

  /**
   * The URL of a new link; it holds for some minutes.
   *
   * @throws dev.whetstone.client.RemedyException with the problem that the service reported
   */
  public static String create(ApiClient api, String decisionId) {
    String path = "/v1/decisions/" + ApiClient.encode(decisionId) + "/link";
    JsonNode link =
        ApiClient.require(
            StackComponent.EVAL,
            "POST " + path,
            api.post(StackComponent.EVAL, path, ApiClient.JSON.createObjectNode()));
    return api.baseUrl(StackComponent.EVAL) + link.path("path").asText();
  }
}
