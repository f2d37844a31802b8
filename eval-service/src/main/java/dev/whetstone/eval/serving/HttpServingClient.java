package dev.whetstone.eval.serving;

import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.openai.ChatReply;
import dev.whetstone.kit.openai.ChatRequest;
import dev.whetstone.kit.openai.ClientLimits;
import dev.whetstone.kit.openai.OpenAiClient;
import dev.whetstone.kit.openai.OpenAiException;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model server over HTTP: the kit's client, with failures classified for evaluation and rollout.
 * It does not retry; its callers decide when to try again.
 */
final class HttpServingClient implements ServingPort {
  private final OpenAiClient server;
  private final URI endpoint;

  HttpServingClient(HttpClient client, URI endpoint, @Nullable String key, Duration timeout) {
    this(client, endpoint, key, timeout, AllowedEndpoints.unrestricted());
  }

  HttpServingClient(
      HttpClient client,
      URI endpoint,
      @Nullable String key,
      Duration timeout,
      AllowedEndpoints endpoints) {
    this.server = new OpenAiClient(client, endpoint, key, ClientLimits.within(timeout), endpoints);
    this.endpoint = endpoint;
  }

  @Override
  public Set<String> models() {
    return call(server::models);
  }

  @Override
  public void load(String name, String path) {
    try {
      server.loadAdapter(name, path);
    } catch (OpenAiException e) {
      if (VllmErrorPhrases.ADAPTER_ALREADY_LOADED.isIn(e.detail())) {
        return;
      }
      ServingException failure = HttpErrorClassifier.classify(e, endpoint);
      boolean answered = failure.kind() == Kind.REFUSED || failure.kind() == Kind.MISCONFIGURED;
      if (answered && VllmErrorPhrases.NO_ADAPTER_FOLDER.isIn(e.detail())) {
        throw new ServingException(
            Kind.MISCONFIGURED,
            "%s; mount the object store so that the model server finds %s"
                .formatted(e.getMessage(), path),
            e);
      }
      throw failure;
    }
  }

  @Override
  public void unload(String name) {
    try {
      server.unloadAdapter(name);
    } catch (OpenAiException e) {
      ServingException failure = HttpErrorClassifier.classify(e, endpoint);
      if (failure.kind() != Kind.UNKNOWN_MODEL && failure.kind() != Kind.REFUSED) {
        throw failure;
      }
    }
  }

  @Override
  public Answer ask(Question question) {
    ChatRequest request =
        new ChatRequest(
            question.model(), question.messages(), question.tools(), 0, question.maxTokens());
    ChatReply reply = call(() -> server.chat(request));
    return new Answer(
        AnswerText.of(reply.message()),
        reply.finishReason(),
        reply.promptTokens(),
        reply.completionTokens());
  }

  private <T> T call(Supplier<T> request) {
    try {
      return request.get();
    } catch (OpenAiException e) {
      throw HttpErrorClassifier.classify(e, endpoint);
    }
  }
}
