package dev.whetstone.demo.traffic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import java.time.Instant;

/** Interactions and feedback in the JSON format of ingest. */
final class IngestItems {
  private IngestItems() {}

  /** A response that an end user saw, as recorded by the product app. */
  static ObjectNode interaction(
      String id, LiveModel.Answer answer, String conversation, Instant occurredAt) {
    ObjectNode event = ApiClient.JSON.createObjectNode();
    event.put("id", id);
    event.put("responseId", answer.responseId());
    event.put("conversationId", conversation);
    event
        .putObject("request")
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", answer.ask().text());
    ObjectNode response = event.putObject("response");
    response.putObject("message").put("role", "assistant").put("content", answer.text());
    response.put("finishReason", answer.finishReason());
    ObjectNode model = event.putObject("model");
    model.put("base", "support-base");
    if (answer.assignment().path("generation").asLong() > 0) {
      model.put("adapter", answer.assignment().path("model").asText());
    }
    model.put("variant", answer.assignment().path("variant").asText());
    model.put("propensity", answer.assignment().path("propensity").asDouble());
    event.put("endUser", answer.ask().endUser());
    event.set("usage", answer.usage());
    event.put("occurredAt", occurredAt.toString());
    return event;
  }

  /** Feedback of any kind on a response; the caller adds the fields of the kind. */
  static ObjectNode feedback(String id, LiveModel.Answer answer, String kind, Instant occurredAt) {
    ObjectNode event = ApiClient.JSON.createObjectNode();
    event.put("id", id);
    event.put("responseId", answer.responseId());
    event.put("kind", kind);
    event.put("endUser", answer.ask().endUser());
    event.putObject("feedbackSource").put("type", "HUMAN");
    event.put("occurredAt", occurredAt.toString());
    return event;
  }

  static ObjectNode correction(
      String id, LiveModel.Answer answer, String corrected, Instant occurredAt) {
    return feedback(id, answer, "correction", occurredAt).put("correctedOutput", corrected);
  }

  static ObjectNode thumb(String id, LiveModel.Answer answer, boolean up, Instant occurredAt) {
    return feedback(id, answer, "thumb", occurredAt).put("value", up);
  }

  static ObjectNode comment(String id, LiveModel.Answer answer, String text, Instant occurredAt) {
    return feedback(id, answer, "comment", occurredAt).put("rationale", text);
  }

  static ObjectNode preference(
      String id, LiveModel.Answer answer, String chosen, Instant occurredAt) {
    ObjectNode event = feedback(id, answer, "preference", occurredAt);
    event.putObject("chosen").put("role", "assistant").put("content", chosen);
    event.putObject("rejected").put("role", "assistant").put("content", answer.text());
    return event;
  }
}
