package dev.whetstone.demo.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends interactions and feedback to ingest over HTTP and counts the receipts. */
public final class ProductApp {
  private static final int ITEMS_PER_REQUEST = 100;
  private static final Set<Integer> WITH_RECEIPTS = Set.of(202, 422);

  private final ApiClient api;
  private final String loop;
  private final Set<String> acceptedIds = new TreeSet<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private int accepted;

  public ProductApp(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** An item that ingest rejected, with its reason and location. */
  public record Rejection(String code, String pointer, String detail) {}

  /** Number of items sent, counting every delivery. Thread-safe. */
  public int sent() {
    return sent.get();
  }

  /** Number of accepted items, counting every delivery. */
  public int accepted() {
    return accepted;
  }

  /** Ids of accepted items. */
  public Set<String> acceptedIds() {
    return acceptedIds;
  }

  public List<Rejection> rejections() {
    return rejections;
  }

  /** Sends interactions as newline-delimited JSON. */
  void interactions(List<ObjectNode> events) {
    send("interactions", events.stream().map(ApiClient::bytes).toList());
  }

  /** Sends feedback as newline-delimited JSON. */
  void feedback(List<ObjectNode> events) {
    send("feedback", events.stream().map(ApiClient::bytes).toList());
  }

  /** Sends unmodified lines, for example malformed JSON. */
  void feedbackLines(List<byte[]> lines) {
    send("feedback", lines);
  }

  /** Retracts feedback on behalf of the end user who gave it. */
  void retract(String id, String responseId, String endUser) {
    ApiReply reply =
        api.delete(
            StackComponent.INGEST,
            "/v1/loops/"
                + loop
                + "/feedback/"
                + ApiClient.encode(id)
                + "?responseId="
                + ApiClient.encode(responseId)
                + "&endUser="
                + ApiClient.encode(endUser));
    count(ApiClient.require(StackComponent.INGEST, "DELETE of feedback " + id, reply));
  }

  private void send(String what, List<byte[]> lines) {
    for (int from = 0; from < lines.size(); from += ITEMS_PER_REQUEST) {
      List<byte[]> part = lines.subList(from, Math.min(lines.size(), from + ITEMS_PER_REQUEST));
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (byte[] line : part) {
        body.writeBytes(line);
        body.write('\n');
      }
      ApiReply reply =
          api.send(
              StackComponent.INGEST,
              "POST",
              "/v1/loops/" + loop + "/" + what,
              "application/x-ndjson",
              body.toByteArray());
      if (!WITH_RECEIPTS.contains(reply.status())) {
        ApiClient.require(StackComponent.INGEST, "POST of " + what, reply);
      }
      count(reply.body());
    }
  }

  private void count(JsonNode body) {
    List<JsonNode> receipts = new ArrayList<>();
    JsonNode list = body.isArray() ? body : body.path("items");
    if (list.isArray()) {
      list.forEach(receipts::add);
    } else {
      receipts.add(body);
    }
    for (JsonNode receipt : receipts) {
      sent.incrementAndGet();
      if ("accepted".equals(receipt.path("status").asText())) {
        accepted++;
        acceptedIds.add(receipt.path("id").asText());
      } else {
        JsonNode problem = receipt.path("problem");
        rejections.add(
            new Rejection(
                problem.path("code").asText(),
                problem.path("pointer").asText(),
                problem.path("detail").asText()));
      }
    }
  }
}
