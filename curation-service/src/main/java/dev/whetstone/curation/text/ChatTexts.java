package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import java.util.List;
import java.util.stream.Collectors;

/** Chat turns as plain text, for comparisons. */
public final class ChatTexts {
  private ChatTexts() {}

  /**
   * The text of the user turns. System and developer turns are the app's boilerplate and earlier
   * assistant turns repeat it; both would make all prompts look alike.
   */
  public static String prompt(List<ChatMessage> messages) {
    return messages.stream()
        .filter(message -> message.role().equals("user"))
        .map(ChatTexts::text)
        .collect(Collectors.joining("\n"));
  }

  /** The text of an answer, including tool calls. */
  public static String answer(List<ChatMessage> messages) {
    return messages.stream()
        .filter(message -> message.role().equals("assistant"))
        .map(ChatTexts::text)
        .collect(Collectors.joining("\n"));
  }

  /** One turn's content and tool calls. */
  public static String text(ChatMessage message) {
    String content = message.content() == null ? "" : message.content();
    if (message.toolCalls() == null || message.toolCalls().isEmpty()) {
      return content;
    }
    String calls =
        message.toolCalls().stream()
            .map(ToolCall::function)
            .map(function -> function.name() + " " + function.arguments())
            .collect(Collectors.joining("\n"));
    return content.isEmpty() ? calls : content + "\n" + calls;
  }
}
