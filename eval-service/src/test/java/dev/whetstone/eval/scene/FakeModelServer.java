package dev.whetstone.eval.scene;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A model server in the shapes of OpenAI and vLLM whose models are functions from the last user
 * turn to an answer. An adapter's function is found by the path it is loaded from.
 */
public final class FakeModelServer implements AutoCloseable {
  public static final String BASE = "base";
  private final HttpServer server;
  private final Map<String, UnaryOperator<String>> skillsByPath = new ConcurrentHashMap<>();
  private final Map<String, UnaryOperator<String>> loaded = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger mostInFlight = new AtomicInteger();
  private final AtomicLong answers = new AtomicLong();
  private volatile UnaryOperator<String> base = question -> "I do not know.";
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean stalls;
  private volatile boolean refusesChats;
  private volatile String refusedModel = "";
  private volatile boolean down;
  private volatile boolean refusesAdapters;
  private volatile boolean tokenizes = true;
  private volatile int refusal;
  private volatile int longestPrompt = Integer.MAX_VALUE;
  private volatile CountDownLatch gathering = new CountDownLatch(0);
  private volatile long breaksAfter = Long.MAX_VALUE;

  public FakeModelServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What the base model answers. */
  public FakeModelServer base(UnaryOperator<String> skill) {
    base = skill;
    return this;
  }

  /** What an adapter at a path answers once it is loaded. */
  public void teach(String path, UnaryOperator<String> skill) {
    skillsByPath.put(path, skill);
  }

  /** Takes an adapter's folder away. */
  public void unteach(String path) {
    skillsByPath.remove(path);
  }

  /** While down it answers 503. */
  public void down(boolean isDown) {
    down = isDown;
  }

  /** Answers 503 to every chat once so many more were answered. */
  public void breakAfter(long more) {
    breaksAfter = more == Long.MAX_VALUE ? more : answers.get() + more;
  }

  public void refuseAdapters(boolean refuse) {
    refusesAdapters = refuse;
  }

  /** Answers 400 to every chat, as a server does whose model has fewer positions than asked for. */
  public void refuseChats(boolean refuse) {
    refusesChats = refuse;
  }

  /** The same for the chats of one model. */
  public void refuseChatsOf(String model) {
    refusedModel = model;
  }

  /** Answers with the headers and half of the body, and holds the rest back until it is closed. */
  public void stall(boolean does) {
    stalls = does;
  }

  /** Answers every call with this status; 0 for none. */
  public void refuseAll(int status) {
    refusal = status;
  }

  /** Whether it knows {@code /tokenize}. */
  public void tokenizes(boolean does) {
    tokenizes = does;
  }

  /** Completions of prompts with so many tokens or more are refused. */
  public void longestPrompt(int tokens) {
    longestPrompt = tokens;
  }

  /** Answers chats only once so many are in flight together, the first time. */
  public void gather(int chats) {
    gathering = new CountDownLatch(chats);
  }

  /** As after a restart: every adapter is gone. */
  public void restart() {
    loaded.clear();
  }

  public List<String> models() {
    List<String> names = new ArrayList<>(List.of(BASE));
    names.addAll(loaded.keySet());
    return names;
  }

  public int mostInFlight() {
    return mostInFlight.get();
  }

  public long answers() {
    return answers.get();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode body =
          exchange.getRequestMethod().equals("POST")
              ? Json.read(exchange.getRequestBody().readAllBytes(), JsonNode.class)
              : Json.mapper().createObjectNode();
      if (down) {
        error(exchange, 503, "restarting");
        return;
      }
      if (refusal != 0) {
        error(exchange, refusal, "not with this key");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/v1/models" -> reply(exchange, Map.of("data", cards()));
        case "/v1/load_lora_adapter" -> load(exchange, body);
        case "/v1/unload_lora_adapter" -> {
          loaded.remove(body.path("lora_name").asText());
          reply(exchange, Map.of());
        }
        case "/v1/chat/completions" -> chat(exchange, body);
        case "/v1/completions" -> complete(exchange, body);
        case "/tokenize" -> {
          if (tokenizes) {
            reply(exchange, Map.of("tokens", tokens(body)));
          } else {
            error(exchange, 404, "no such path");
          }
        }
        default -> error(exchange, 404, "no such path");
      }
    }
  }

  private List<Map<String, Object>> cards() {
    return models().stream().map(name -> Map.<String, Object>of("id", name)).toList();
  }

  private void load(HttpExchange exchange, JsonNode body) throws IOException {
    String name = body.path("lora_name").asText();
    if (refusesAdapters) {
      error(exchange, 400, "Adapter was not loaded: r is 512; 256 is served");
    } else if (loaded.containsKey(name)) {
      error(exchange, 400, "The lora adapter '" + name + "' has already been loaded.");
    } else if (!skillsByPath.containsKey(body.path("lora_path").asText())) {
      error(exchange, 400, "no folder at " + body.path("lora_path").asText());
    } else {
      loaded.put(name, skillsByPath.get(body.path("lora_path").asText()));
      reply(exchange, Map.of());
    }
  }

  private void chat(HttpExchange exchange, JsonNode body) throws IOException {
    mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    try {
      gathering.countDown();
      await(gathering);
      UnaryOperator<String> skill = skill(body.path("model").asText());
      if (skill == null) {
        error(exchange, 404, "The model does not exist");
        return;
      }
      if (refusesChats || body.path("model").asText().equals(refusedModel)) {
        error(exchange, 400, "This model's maximum context length is 256 tokens");
        return;
      }
      if (answers.incrementAndGet() > breaksAfter) {
        error(exchange, 503, "out of breath");
        return;
      }
      JsonNode messages = body.path("messages");
      String answer = skill.apply(messages.path(messages.size() - 1).path("content").asText());
      reply(
          exchange,
          Map.of(
              "choices",
              List.of(
                  Map.of(
                      "message",
                      Map.of("role", "assistant", "content", answer),
                      "finish_reason",
                      "stop")),
              "usage",
              Map.of("prompt_tokens", 10, "completion_tokens", answer.split(" ").length)));
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private void complete(HttpExchange exchange, JsonNode body) throws IOException {
    if (skill(body.path("model").asText()) == null) {
      error(exchange, 404, "The model does not exist");
      return;
    }
    if (body.path("prompt").size() >= longestPrompt) {
      error(exchange, 400, "the prompt is too long");
      return;
    }
    double logprob = body.path("model").asText().equals(BASE) ? -2 : -0.1;
    List<Object> places = new ArrayList<>();
    for (JsonNode token : body.path("prompt")) {
      places.add(
          places.isEmpty()
              ? null
              : Map.of(token.asText(), Map.of("logprob", logprob, "rank", logprob > -1 ? 1 : 7)));
    }
    Map<String, Object> choice = new java.util.HashMap<>();
    choice.put("text", "");
    choice.put("prompt_logprobs", places);
    reply(exchange, Map.of("choices", List.of(choice)));
  }

  /** One token per word; a question ends with the mark that its answer begins with. */
  private static List<Integer> tokens(JsonNode body) {
    List<Integer> tokens = new ArrayList<>();
    for (JsonNode message : body.path("messages")) {
      tokens.add(message.path("role").asText().hashCode() & 0xffff);
      for (String word : message.path("content").asText().split(" ")) {
        tokens.add(word.hashCode() & 0xffff);
      }
    }
    if (body.path("add_generation_prompt").asBoolean(true)) {
      tokens.add("assistant".hashCode() & 0xffff);
    }
    return tokens;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private UnaryOperator<String> skill(String model) {
    return model.equals(BASE) ? base : loaded.get(model);
  }

  private void reply(HttpExchange exchange, Map<String, ?> body) throws IOException {
    send(exchange, 200, Json.mapper().writeValueAsBytes(body));
  }

  private void error(HttpExchange exchange, int status, String message) throws IOException {
    send(exchange, status, Json.write(Map.of("error", Map.of("message", message))));
  }

  private void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (stalls) {
      exchange.getResponseBody().write(body, 0, body.length / 2);
      exchange.getResponseBody().flush();
      await(closed);
      return;
    }
    exchange
        .getResponseBody()
        .write(body.length == 0 ? " ".getBytes(StandardCharsets.UTF_8) : body);
  }
}
