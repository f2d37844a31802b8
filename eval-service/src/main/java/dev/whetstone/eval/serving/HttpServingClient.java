package dev.whetstone.eval.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Any OpenAI-compatible server with vLLM's adapter endpoints, over HTTP. */
final class HttpServingClient implements ServingPort {
  private static final int LONGEST_DETAIL = 400;

  /** How servers say that they see no folder at an adapter's path. */
  private static final String[] NO_FOLDER = {
    "no folder at", "outside the adapter root", "no adapter found", "no such file"
  };

  private final HttpClient client;
  private final URI endpoint;
  private final @Nullable String key;
  private final Duration timeout;

  HttpServingClient(HttpClient client, URI endpoint, @Nullable String key, Duration timeout) {
    this.client = client;
    this.endpoint = endpoint;
    this.key = key;
    this.timeout = timeout;
  }

  @Override
  public Set<String> models() {
    JsonNode list = json(send(request("/v1/models").GET().build()));
    Set<String> names = new HashSet<>();
    list.path("data").forEach(model -> names.add(model.path("id").asText()));
    return names;
  }

  @Override
  public void load(String name, String path) {
    try {
      post("/v1/load_lora_adapter", Map.of("lora_name", name, "lora_path", path));
    } catch (ServingException e) {
      if (says(e, "already")) {
        return;
      }
      if (e.kind() == Kind.REFUSED && Stream.of(NO_FOLDER).anyMatch(words -> says(e, words))) {
        throw new ServingException(
            Kind.MISCONFIGURED,
            "%s; mount the object store where the model server finds %s"
                .formatted(e.getMessage(), path),
            e);
      }
      throw e;
    }
  }

  @Override
  public void unload(String name) {
    try {
      post("/v1/unload_lora_adapter", Map.of("lora_name", name));
    } catch (ServingException e) {
      if (e.kind() != Kind.UNKNOWN_MODEL && e.kind() != Kind.REFUSED) {
        throw e;
      }
    }
  }

  @Override
  public Answer ask(Question question) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", question.model());
    body.put("messages", withoutWeights(question.messages()));
    if (question.tools() != null && !question.tools().isEmpty()) {
      body.put("tools", question.tools());
    }
    body.put("temperature", 0);
    body.put("max_tokens", question.maxTokens());
    JsonNode reply = json(post("/v1/chat/completions", body));
    JsonNode choice = reply.path("choices").path(0);
    if (choice.isMissingNode()) {
      throw new ServingException(Kind.UNAVAILABLE, endpoint + " answered without a choice");
    }
    JsonNode usage = reply.path("usage");
    return new Answer(
        AnswerText.of(choice.path("message")),
        choice.path("finish_reason").asText("stop"),
        usage.path("prompt_tokens").asInt(),
        usage.path("completion_tokens").asInt());
  }

  @Override
  public List<Integer> tokenize(List<ChatMessage> messages, boolean addGenerationPrompt) {
    JsonNode reply =
        json(
            post(
                "/tokenize",
                Map.of(
                    "messages",
                    withoutWeights(messages),
                    "add_generation_prompt",
                    addGenerationPrompt)));
    List<Integer> tokens = new ArrayList<>();
    reply.path("tokens").forEach(token -> tokens.add(token.asInt()));
    return tokens;
  }

  @Override
  public HeldOutLikelihood foresee(String model, List<Integer> tokens, int from) {
    Map<String, Object> body =
        Map.of(
            "model",
            model,
            "prompt",
            tokens,
            "max_tokens",
            1,
            "temperature",
            0,
            "prompt_logprobs",
            1);
    JsonNode choice = json(post("/v1/completions", body)).path("choices").path(0);
    JsonNode places = choice.path("prompt_logprobs");
    double loss = 0;
    long correct = 0;
    for (int i = from; i < tokens.size(); i++) {
      JsonNode scored = places.path(i).path(Integer.toString(tokens.get(i)));
      if (!scored.path("logprob").isNumber()) {
        throw new ServingException(
            Kind.REFUSED, endpoint + " gave no prompt_logprobs for token " + i + " of a prompt");
      }
      loss -= scored.path("logprob").asDouble();
      correct += scored.path("rank").asInt() == 1 ? 1 : 0;
    }
    return new HeldOutLikelihood(Math.max(0, tokens.size() - from), loss, correct);
  }

  private byte[] post(String path, Map<String, Object> body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.write(body)))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    String base = endpoint.toString().replaceFirst("/+$", "");
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private byte[] send(HttpRequest request) {
    HttpResponse<byte[]> response = exchange(request);
    if (response.statusCode() / 100 == 2) {
      return response.body();
    }
    throw HttpErrorClassifier.of(request.uri(), response.statusCode(), detail(response.body()));
  }

  /** The client's own limit ends with the headers; this one holds for the body, too. */
  private HttpResponse<byte[]> exchange(HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(request, BodyHandlers.ofByteArray());
    try {
      return response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ServingException(
          Kind.UNAVAILABLE,
          "the model server at %s does not answer (%s); start it or check spec.serving.endpoint"
              .formatted(endpoint, cause.getClass().getSimpleName()),
          e);
    } catch (TimeoutException e) {
      throw new ServingException(
          Kind.UNAVAILABLE,
          "the model server at %s did not answer %s within %s; see its log"
              .formatted(endpoint, request.uri().getPath(), timeout),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServingException(Kind.UNAVAILABLE, "interrupted while asking " + endpoint, e);
    } finally {
      // Ends the exchange where nobody waits for it any more; nothing happens to one that is done.
      response.cancel(true);
    }
  }

  private static String detail(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      JsonNode json = Json.read(body, JsonNode.class);
      String message = json.at("/error/message").asText(json.path("message").asText(text));
      return cut(message);
    } catch (UncheckedIOException e) {
      return cut(text);
    }
  }

  private static String cut(String text) {
    return text.length() > LONGEST_DETAIL ? text.substring(0, LONGEST_DETAIL) + "…" : text;
  }

  private JsonNode json(byte[] body) {
    try {
      return Json.read(body, JsonNode.class);
    } catch (UncheckedIOException e) {
      throw new ServingException(Kind.UNAVAILABLE, endpoint + " did not answer in JSON", e);
    }
  }

  private static boolean says(ServingException e, String word) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(word);
  }

  /** Weights are for training; a server would not know them. */
  private static List<ChatMessage> withoutWeights(List<ChatMessage> messages) {
    return messages.stream().map(message -> message.withWeight(null)).toList();
  }
}
