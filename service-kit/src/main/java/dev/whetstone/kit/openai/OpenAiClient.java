package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.openai.HttpTransport.CallBounds;
import dev.whetstone.kit.openai.OpenAiException.Kind;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server with OpenAI's API and vLLM's calls for LoRA adapters. Every call may throw {@link
 * OpenAiException}; what a status means for the caller's work is the caller's decision.
 * Thread-safe.
 */
public final class OpenAiClient {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNPROCESSABLE = 422;

  /** A list of names; a server that takes longer to write it cannot serve users. */
  private static final CallBounds LIST = new CallBounds(MEBIBYTE, Duration.ofSeconds(10));

  /** What loading and unloading answer is a sentence. */
  private static final CallBounds SENTENCE = new CallBounds(MEBIBYTE, Duration.ofDays(1));

  /** Answers and tokens, and the scores of a prompt of some ten thousand tokens. */
  private static final CallBounds ANSWER = new CallBounds(8 * MEBIBYTE, Duration.ofDays(1));

  private final HttpTransport transport;

  /**
   * @param http shared by clients, see {@link ClientLimits#newHttpClient()}
   * @param base URL without {@code /v1}
   * @param apiKey sent as a bearer token; absent for a server without a key
   * @throws IllegalArgumentException when the key is not one word of printable ASCII
   */
  public OpenAiClient(HttpClient http, URI base, @Nullable String apiKey, ClientLimits limits) {
    this(http, base, apiKey, limits, AllowedEndpoints.unrestricted());
  }

  /**
   * A server that a tenant has named.
   *
   * @param endpoints checked at each call, against the address that is called
   */
  public OpenAiClient(
      HttpClient http,
      URI base,
      @Nullable String apiKey,
      ClientLimits limits,
      AllowedEndpoints endpoints) {
    this.transport = new HttpTransport(http, base, apiKey, limits, endpoints);
  }

  /** Names of the models that the server answers for, loaded adapters included. */
  public Set<String> models() {
    String path = "/v1/models";
    JsonNode data = transport.get(path, LIST, body -> json(path, body)).path("data");
    if (!data.isArray()) {
      throw invalid(path, "the reply has no list of models");
    }
    Set<String> names = new LinkedHashSet<>();
    data.forEach(model -> names.add(model.path("id").asText()));
    return names;
  }

  /**
   * The version of the server, as vLLM tells it; empty when the server has no such path.
   *
   * @throws OpenAiException when it does not answer otherwise
   */
  public Optional<String> version() {
    String path = "/version";
    try {
      String version =
          transport.get(path, LIST, body -> json(path, body)).path("version").asText("");
      return version.isEmpty() ? Optional.empty() : Optional.of(version);
    } catch (OpenAiException e) {
      if (e.status() == NOT_FOUND || e.status() == METHOD_NOT_ALLOWED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Whether the server takes adapters while it runs. Asks it to load one without a name, which
   * every server refuses: nothing changes.
   *
   * @throws OpenAiException when the server neither refuses that nor says that it has no such path
   */
  public boolean takesAdapters() {
    try {
      loadAdapter("", "");
      return true;
    } catch (OpenAiException e) {
      return switch (e.status()) {
        case NOT_FOUND, METHOD_NOT_ALLOWED -> false;
        case BAD_REQUEST, UNPROCESSABLE -> true;
        default -> throw e;
      };
    }
  }

  /** Loads a LoRA adapter from a path as the server sees it (vLLM). */
  public void loadAdapter(String name, String path) {
    command("/v1/load_lora_adapter", Map.of("lora_name", name, "lora_path", path));
  }

  /** Unloads a LoRA adapter (vLLM). */
  public void unloadAdapter(String name) {
    command("/v1/unload_lora_adapter", Map.of("lora_name", name));
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
    JsonNode reply = post(path, body);
    JsonNode choice = choice(path, reply);
    JsonNode usage = reply.path("usage");
    return new ChatReply(
        choice.path("message"),
        choice.path("finish_reason").asText("stop"),
        usage.path("prompt_tokens").asInt(),
        usage.path("completion_tokens").asInt());
  }

  private JsonNode post(String path, Map<String, Object> body) {
    return transport.post(path, Json.write(body), ANSWER, reply -> json(path, reply));
  }

  private void command(String path, Map<String, Object> body) {
    boolean unused = transport.post(path, Json.write(body), SENTENCE, reply -> true);
  }

  private JsonNode json(String path, byte[] body) {
    try {
      JsonNode reply = ReplyTree.read(body);
      if (reply.isObject()) {
        return reply;
      }
      throw invalid(path, "the reply is not a JSON object");
    } catch (ReplyTree.TooManyValues e) {
      throw new OpenAiException(
          Kind.BODY_TOO_LARGE, transport.uri(path), String.valueOf(e.getMessage()), e);
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
