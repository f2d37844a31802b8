package dev.whetstone.eval.serving;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One model server. Every call may throw {@link ServingException}. */
public interface ServingPort {
  /** Names of the models that it serves now: the base and the loaded adapters. */
  Set<String> models();

  /**
   * Loads an adapter. Loading one again has no effect, since names are never reused.
   *
   * @param path of the adapter on the server, or its URI where the server finds it by that
   */
  void load(String name, String path);

  /** Unloads an adapter. Unloading one that is not loaded has no effect. */
  void unload(String name);

  /** Asks a question, with greedy decoding. */
  Answer ask(Question question);

  /**
   * A question; its temperature is 0.
   *
   * @param maxTokens greatest number of tokens of the answer
   */
  record Question(
      String model,
      List<ChatMessage> messages,
      @Nullable List<Map<String, Object>> tools,
      int maxTokens) {}

  /**
   * @param text the content, or the tool calls as canonical JSON
   * @param finishReason as OpenAI defines it
   */
  record Answer(
      @Nullable String text, String finishReason, int promptTokens, int completionTokens) {}
}
