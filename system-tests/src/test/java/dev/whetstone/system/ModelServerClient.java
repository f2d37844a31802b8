package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Client of the model server, with the OpenAI API that product apps use. */
final class ModelServerClient {
  private static final int MAX_TOKENS = 64;

  private final ApiClient api;

  ModelServerClient(StackPorts ports) {
    this.api = new ApiClient(ports, null);
  }

  /** Names of the served models. */
  Stream<String> models() {
    return LoopProbe.list(api.ok(StackComponent.MODEL_SERVER, "/v1/models").path("data")).stream()
        .map(model -> model.path("id").asText());
  }

  /** Asks the questions concurrently and returns the answers in order. */
  List<String> answers(String model, List<String> questions) {
    try (var executor = Executors.newFixedThreadPool(16)) {
      List<Callable<String>> calls =
          questions.stream().<Callable<String>>map(q -> () -> answer(model, q)).toList();
      return executor.invokeAll(calls).stream().map(ModelServerClient::result).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking the model server", e);
    }
  }

  private String answer(String model, String question) {
    ObjectNode body = ApiClient.JSON.createObjectNode().put("model", model).put("temperature", 0);
    body.put("max_tokens", MAX_TOKENS);
    body.putArray("messages").add(ProductAppClient.message("user", question));
    JsonNode reply =
        ApiClient.require(
            StackComponent.MODEL_SERVER,
            "a chat completion of " + model,
            api.post(StackComponent.MODEL_SERVER, "/v1/chat/completions", body));
    return reply.at("/choices/0/message/content").asText().strip();
  }

  private static String result(Future<String> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("the model server did not answer", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking the model server", e);
    }
  }
}
