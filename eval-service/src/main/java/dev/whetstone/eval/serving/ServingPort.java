package dev.whetstone.eval.serving;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.quality.HeldOutLikelihood;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One model server. Every call may throw {@link ServingException}. */
public interface ServingPort {
  /** Names that it answers for now: the base and loaded adapters. */
  Set<String> models();

  /**
   * Loads an adapter; one that is loaded already is fine, since a name is never reused.
   *
   * @param path as the server sees it
   */
  void load(String name, String path);

  /** Unloads an adapter; one that is not there is fine. */
  void unload(String name);

  /** A greedy answer. */
  Answer ask(Question question);

  /** Token ids of a conversation as the server's chat template renders it. */
  List<Integer> tokenize(List<ChatMessage> messages, boolean addGenerationPrompt);

  /** How well a model foresees the tokens from a position on. */
  HeldOutLikelihood foresee(String model, List<Integer> tokens, int from);

  /**
   * What to ask, with temperature 0.
   *
   * @param maxTokens of the answer
   */
  record Question(
      String model,
      List<ChatMessage> messages,
      @Nullable List<Map<String, Object>> tools,
      int maxTokens) {}

  /**
   * @param text the content; tool calls as canonical JSON
   * @param finishReason OpenAI's
   */
  record Answer(
      @Nullable String text, String finishReason, int promptTokens, int completionTokens) {}
}
