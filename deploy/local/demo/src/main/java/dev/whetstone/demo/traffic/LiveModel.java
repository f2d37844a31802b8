package dev.whetstone.demo.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The model in service as the product app uses it: the registry assigns each end user a model name,
 * and the OpenAI API serves that name.
 */
public final class LiveModel {
  /** Concurrent requests; the server processes them in batches. */
  private static final int IN_FLIGHT = 32;

  private static final int MAX_TOKENS = 64;

  private final ApiClient api;
  private final String loop;
  private final Map<String, JsonNode> assignments = new ConcurrentHashMap<>();

  private final AtomicInteger answered = new AtomicInteger();

  public LiveModel(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** A question of an end user. */
  public record Ask(String endUser, String text) {}

  /**
   * A response of the model.
   *
   * @param responseId id of the completion
   * @param assignment from the registry: model, generation, variant, propensity
   */
  public record Answer(
      Ask ask,
      String responseId,
      String text,
      String finishReason,
      JsonNode usage,
      JsonNode assignment) {}

  /** Number of questions answered so far. Thread-safe. */
  public int answered() {
    return answered.get();
  }

  /** Asks the questions concurrently and returns the answers in the same order. */
  public List<Answer> askAll(List<Ask> asks) {
    // A promotion may have happened since the last round, so assignments are queried again.
    assignments.clear();
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (Ask ask : asks) {
        Callable<Answer> call =
            () -> {
              inFlight.acquire();
              try {
                return ask(ask);
              } finally {
                inFlight.release();
              }
            };
        answers.add(threads.submit(call));
      }
      List<Answer> all = new ArrayList<>();
      for (Future<Answer> answer : answers) {
        all.add(answer.get());
      }
      return all;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking the live model", e);
    }
  }

  private Answer ask(Ask ask) {
    JsonNode assignment = assignments.computeIfAbsent(ask.endUser(), this::assignment);
    ObjectNode request = ApiClient.JSON.createObjectNode();
    request.put("model", assignment.path("model").asText());
    request.put("temperature", 0);
    request.put("max_tokens", MAX_TOKENS);
    request.putArray("messages").addObject().put("role", "user").put("content", ask.text());
    JsonNode completion =
        ApiClient.require(
            StackComponent.MODEL_SERVER,
            "POST /v1/chat/completions",
            api.with(null).post(StackComponent.MODEL_SERVER, "/v1/chat/completions", request));
    answered.incrementAndGet();
    JsonNode choice = completion.at("/choices/0");
    return new Answer(
        ask,
        completion.path("id").asText(),
        choice.at("/message/content").asText(),
        choice.path("finish_reason").asText(),
        completion.path("usage"),
        assignment);
  }

  private JsonNode assignment(String endUser) {
    return api.ok(
        StackComponent.EVAL,
        "/v1/loops/" + loop + "/assignment?endUser=" + ApiClient.encode(endUser));
  }
}
