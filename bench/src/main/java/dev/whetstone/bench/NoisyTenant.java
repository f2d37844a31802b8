package dev.whetstone.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/** What a tenant can send that once stopped every other tenant. */
final class NoisyTenant implements AutoCloseable {
  static final String TENANT = "noisy";
  static final String LOOP = "noise";
  private static final int PER_REQUEST = 1_000;
  private static final int SIGNALS = 12_000;
  private static final int CORRECTIONS = 6_000;
  private static final int LARGE = 60;
  private static final int LARGE_CHARACTERS = 195_000;
  private static final int CHUNK = 1 << 16;
  private final BenchStack stack;
  private final ApiClient api;
  private final HttpServer endless;

  NoisyTenant(BenchStack stack) {
    this.stack = stack;
    this.api = stack.api(TENANT);
    this.endless = endlessServer();
  }

  /** An attack and its name in the report. */
  record Attack(String name, Runnable work) {}

  List<Attack> attacks() {
    return List.of(
        new Attack("12,000 signals on one response", this::manySignals),
        new Attack("60 interactions of 780 KB and their corrections", this::largeInteractions),
        new Attack("6,000 corrections that wait for a seal", this::manyReady),
        new Attack("a model server that answers without end", this::endlessEndpoint),
        new Attack("erasure of a user with 12,000 events", this::busyErasure));
  }

  private void manySignals() {
    send("interactions", 1, n -> interaction("hot", "Big?", "Big."));
    send(
        "feedback",
        SIGNALS,
        n ->
            ApiClient.JSON
                .createObjectNode()
                .put("id", "signal-" + n)
                .put("responseId", "hot")
                .put("endUser", "busy")
                .put("kind", "implicit")
                .put("name", "copied")
                .put("value", true));
  }

  private void largeInteractions() {
    for (int i = 0; i < LARGE; i += 4) {
      int first = i;
      send(
          "interactions",
          4,
          n -> {
            Random random = new Random(first + n);
            ObjectNode item = interaction("large-" + (first + n), words(random), "Answer " + n);
            ((ArrayNode) item.at("/request/messages"))
                .addObject()
                .put("role", "user")
                .put("content", words(random));
            return item;
          });
    }
    send("feedback", LARGE, n -> correction("large-" + n, n));
  }

  private void manyReady() {
    send(
        "interactions",
        CORRECTIONS,
        n ->
            interaction("ready-" + n, "Question %d about %d?".formatted(n, n * 17), "Answer " + n));
    send("feedback", CORRECTIONS, n -> correction("ready-" + n, n));
  }

  private void endlessEndpoint() {
    ObjectNode loop = stack.collectingLoop(TENANT, "endless");
    ((ObjectNode) loop.at("/spec/serving"))
        .put("endpoint", "http://127.0.0.1:" + endless.getAddress().getPort());
    stack.declare(loop);
  }

  private void busyErasure() {
    ApiReply reply = api.delete(StackComponent.INGEST, "/v1/endusers/busy");
    ApiClient.require(StackComponent.INGEST, "DELETE /v1/endusers/busy", reply);
  }

  private void send(String path, int count, IntFunction<ObjectNode> item) {
    for (int from = 0; from < count; from += PER_REQUEST) {
      ArrayNode items = ApiClient.JSON.createArrayNode();
      for (int n = from; n < Math.min(from + PER_REQUEST, count); n++) {
        items.add(item.apply(n));
      }
      String target = "/v1/loops/" + LOOP + "/" + path;
      ApiClient.require(
          StackComponent.INGEST, "POST " + target, api.post(StackComponent.INGEST, target, items));
    }
  }

  private static ObjectNode interaction(String response, String question, String answer) {
    ObjectNode item =
        ApiClient.JSON
            .createObjectNode()
            .put("responseId", response)
            .put("conversationId", "c-" + response)
            .put("endUser", "u-" + response);
    item.putObject("request")
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", question);
    item.putObject("response").putObject("message").put("role", "assistant").put("content", answer);
    return item;
  }

  private static ObjectNode correction(String response, int n) {
    return ApiClient.JSON
        .createObjectNode()
        .put("responseId", response)
        .put("endUser", "u-" + response)
        .put("kind", "correction")
        .put(
            "correctedOutput",
            "Corrected answer %d is %d, as the catalogue says.".formatted(n, n * 31));
  }

  private static String words(Random random) {
    StringBuilder text = new StringBuilder(LARGE_CHARACTERS + 8);
    while (text.length() < LARGE_CHARACTERS) {
      text.append('w').append(random.nextInt(3_000)).append(' ');
    }
    return text.toString();
  }

  /** Answers every request with zeros until the client closes the connection. */
  private static HttpServer endlessServer() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (exchange) {
              byte[] zeros = new byte[CHUNK];
              while (!Thread.currentThread().isInterrupted()) {
                exchange.getResponseBody().write(zeros);
              }
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new RemedyException("cannot listen on 127.0.0.1", "free a port", e);
    }
  }

  @Override
  public void close() {
    endless.stop(0);
  }
}
