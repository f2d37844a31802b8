package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** A product app: sends interactions and feedback of one loop to ingest. */
final class ProductAppClient {
  private static final int BATCH = 100;

  private final ApiClient api;
  private final String loop;

  ProductAppClient(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** An interaction in the format of ingest. */
  static ObjectNode interaction(
      String id, String conversation, String endUser, String question, String answer) {
    ObjectNode item = ApiClient.JSON.createObjectNode();
    item.put("id", "interaction-" + id).put("responseId", id);
    item.put("conversationId", conversation).put("endUser", endUser);
    item.putObject("request").putArray("messages").add(message("user", question));
    item.putObject("response")
        .put("finishReason", "stop")
        .set("message", message("assistant", answer));
    return item;
  }

  /** Feedback on a response, without the fields of its kind. */
  static ObjectNode feedback(String id, String kind, String responseId, String endUser) {
    ObjectNode item = ApiClient.JSON.createObjectNode();
    item.put("id", id).put("kind", kind).put("responseId", responseId).put("endUser", endUser);
    item.putObject("feedbackSource").put("type", "HUMAN");
    return item;
  }

  static ObjectNode message(String role, String content) {
    return ApiClient.JSON.createObjectNode().put("role", role).put("content", content);
  }

  /** Sends interactions in batches; every one must be accepted. */
  List<String> sendInteractions(List<? extends JsonNode> items) {
    return sendAll("interactions", items);
  }

  /** Sends feedback in batches; every one must be accepted. */
  List<String> sendFeedback(List<? extends JsonNode> items) {
    return sendAll("feedback", items);
  }

  /** Sends one unmodified body. */
  ApiReply send(String what, JsonNode body) {
    return api.post(StackComponent.INGEST, "/v1/loops/" + loop + "/" + what, body);
  }

  private List<String> sendAll(String what, List<? extends JsonNode> items) {
    var ids = new ArrayList<String>();
    for (int from = 0; from < items.size(); from += BATCH) {
      ArrayNode body = ApiClient.JSON.createArrayNode();
      items.subList(from, Math.min(items.size(), from + BATCH)).forEach(body::add);
      ApiReply reply = send(what, body);
      assertThat(reply.status()).as("%s", reply.body()).isEqualTo(202);
      assertThat(receipts(reply.body()))
          .hasSize(body.size())
          .allSatisfy(receipt -> assertThat(receipt.path("status").asText()).isEqualTo("accepted"));
      receipts(reply.body()).forEach(receipt -> ids.add(receipt.path("id").asText()));
    }
    return ids;
  }

  /** The receipts of a reply, in order. */
  static List<JsonNode> receipts(JsonNode body) {
    JsonNode list = body.isArray() ? body : body.path("receipts");
    return StreamSupport.stream(list.spliterator(), false).toList();
  }
}
