package dev.whetstone.eval.serving;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.openai.ChatReply;
import dev.whetstone.kit.openai.ChatRequest;
import dev.whetstone.kit.openai.ClientLimits;
import dev.whetstone.kit.openai.CompletionReply;
import dev.whetstone.kit.openai.CompletionReply.PromptLogprob;
import dev.whetstone.kit.openai.CompletionRequest;
import dev.whetstone.kit.openai.OpenAiClient;
import dev.whetstone.kit.openai.OpenAiException;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
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
      if (failure.kind() == Kind.REFUSED && VllmErrorPhrases.NO_ADAPTER_FOLDER.isIn(e.detail())) {
        throw new ServingException(
            Kind.MISCONFIGURED,
            "%s; mount the object store so that the model server finds %s"
                .formatted(failure.getMessage(), path),
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

  @Override
  public List<Integer> tokenize(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return call(() -> server.tokenize(messages, addGenerationPrompt));
  }

  @Override
  public HeldOutLikelihood likelihood(String model, List<Integer> tokens, int from) {
    CompletionRequest request = new CompletionRequest(model, tokens, 0, 1, 1);
    CompletionReply reply = call(() -> server.complete(request));
    double loss = 0;
    long correct = 0;
    for (int i = from; i < tokens.size(); i++) {
      PromptLogprob scored = score(reply, i, tokens.get(i));
      loss -= scored.logprob();
      correct += scored.rank() == 1 ? 1 : 0;
    }
    return new HeldOutLikelihood(Math.max(0, tokens.size() - from), loss, correct);
  }

  private PromptLogprob score(CompletionReply reply, int position, int token) {
    return reply
        .promptLogprob(position, token)
        .orElseThrow(
            () ->
                new ServingException(
                    Kind.REFUSED,
                    "%s returned no prompt_logprobs for token %d of a prompt"
                        .formatted(endpoint, position)));
  }

  private <T> T call(Supplier<T> request) {
    try {
      return request.get();
    } catch (OpenAiException e) {
      throw HttpErrorClassifier.classify(e, endpoint);
    }
  }
}
