package dev.whetstone.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.api.Reply;
import dev.whetstone.local.stack.Component;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends what happened to ingest over HTTP and keeps count of the receipts. */
final class ProductApp {
  private static final int ITEMS_PER_REQUEST = 100;
  private static final Set<Integer> WITH_RECEIPTS = Set.of(202, 422);

  private final Api api;
  private final String loop;
  private final Set<String> acceptedIds = new TreeSet<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private int accepted;

  ProductApp(Api api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** An item that ingest did not take, with its reason and place. */
  record Refusal(String code, String pointer, String detail) {}

  /** Items sent, each delivery counted; safe to ask while it sends. */
  int sent() {
    return sent.get();
  }

  /** Items with an accepting receipt, each delivery counted. */
  int accepted() {
    return accepted;
  }

  /** Ids in accepting receipts. */
  Set<String> acceptedIds() {
    return acceptedIds;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  /** Sends interactions as newline-delimited JSON. */
  void interactions(List<ObjectNode> events) {
    send("interactions", events.stream().map(Api::bytes).toList());
  }

  /** Sends feedback as newline-delimited JSON. */
  void feedback(List<ObjectNode> events) {
    send("feedback", events.stream().map(Api::bytes).toList());
  }

  /** Sends lines as they are, for example ones that are no JSON. */
  void feedbackLines(List<byte[]> lines) {
    send("feedback", lines);
  }

  /** Takes feedback back, in the name of the end user who gave it. */
  void retract(String id, String responseId, String endUser) {
    Reply reply =
        api.delete(
            Component.INGEST,
            "/v1/loops/"
                + loop
                + "/feedback/"
                + Api.encode(id)
                + "?responseId="
                + Api.encode(responseId)
                + "&endUser="
                + Api.encode(endUser));
    count(Api.require(Component.INGEST, "DELETE of feedback " + id, reply));
  }

  private void send(String what, List<byte[]> lines) {
    for (int from = 0; from < lines.size(); from += ITEMS_PER_REQUEST) {
      List<byte[]> part = lines.subList(from, Math.min(lines.size(), from + ITEMS_PER_REQUEST));
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (byte[] line : part) {
        body.writeBytes(line);
        body.write('\n');
      }
      Reply reply =
          api.send(
              Component.INGEST,
              "POST",
              "/v1/loops/" + loop + "/" + what,
              "application/x-ndjson",
              body.toByteArray());
      if (!WITH_RECEIPTS.contains(reply.status())) {
        Api.require(Component.INGEST, "POST of " + what, reply);
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
        refusals.add(
            new Refusal(
                problem.path("code").asText(),
                problem.path("pointer").asText(),
                problem.path("detail").asText()));
      }
    }
  }
}
