package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.openai.OpenAiException.Kind;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server with OpenAI's API and vLLM's calls for LoRA adapters. Every call may throw {@link
 * OpenAiException}; what a status means for the caller's work is the caller's decision.
 * Thread-safe.
 */
public final class OpenAiClient {
  private final HttpTransport transport;

  /**
   * @param http shared by clients, see {@link ClientLimits#newHttpClient()}
   * @param base URL without {@code /v1}
   * @param apiKey sent as a bearer token; absent for a server without a key
   * @throws IllegalArgumentException when the key is not one word of printable ASCII
   */
  public OpenAiClient(HttpClient http, URI base, @Nullable String apiKey, ClientLimits limits) {
    this.transport = new HttpTransport(http, base, apiKey, limits);
  }

  /** Names of the models that the server answers for, loaded adapters included. */
  public Set<String> models() {
    String path = "/v1/models";
    JsonNode data = json(path, transport.get(path)).path("data");
    if (!data.isArray()) {
      throw invalid(path, "the reply has no list of models");
    }
    Set<String> names = new LinkedHashSet<>();
    data.forEach(model -> names.add(model.path("id").asText()));
    return names;
  }

  /** Loads a LoRA adapter from a path as the server sees it (vLLM). */
  public void loadAdapter(String name, String path) {
    post("/v1/load_lora_adapter", Map.of("lora_name", name, "lora_path", path));
  }

  /** Unloads a LoRA adapter (vLLM). */
  public void unloadAdapter(String name) {
    post("/v1/unload_lora_adapter", Map.of("lora_name", name));
  }

  public ChatReply chat(ChatRequest request) {
    String path = "/v1/chat/completions";
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", request.model());
    body.put("messages", withoutWeights(request.messages()));
    if (request.tools() != null && !request.tools().isEmpty()) {
      body.put("tools", request.tools());
    }
    body.put("temperature", request.temperature());
    body.put("max_tokens", request.maxTokens());
    JsonNode reply = json(path, post(path, body));
    JsonNode choice = choice(path, reply);
    JsonNode usage = reply.path("usage");
    return new ChatReply(
        choice.path("message"),
        choice.path("finish_reason").asText("stop"),
        usage.path("prompt_tokens").asInt(),
        usage.path("completion_tokens").asInt());
  }

  private byte[] post(String path, Map<String, Object> body) {
    return transport.post(path, Json.write(body));
  }

  private JsonNode json(String path, byte[] body) {
    try {
      JsonNode reply = Json.read(body, JsonNode.class);
      if (reply.isObject()) {
        return reply;
      }
      throw invalid(path, "the reply is not a JSON object");
    } catch (UncheckedIOException e) {
      throw new OpenAiException(
          Kind.INVALID_REPLY, transport.uri(path), "the reply is not JSON", e);
    }
  }

  private JsonNode choice(String path, JsonNode reply) {
    JsonNode choice = reply.path("choices").path(0);
    if (choice.isMissingNode()) {
      throw invalid(path, "the reply has no choice");
    }
    return choice;
  }

  private OpenAiException invalid(String path, String detail) {
    return new OpenAiException(Kind.INVALID_REPLY, transport.uri(path), detail, null);
  }

  /** Weights are for training; a server would refuse them. */
  private static List<ChatMessage> withoutWeights(List<ChatMessage> messages) {
    return messages.stream().map(message -> message.withWeight(null)).toList();
  }
}
