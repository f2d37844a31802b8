package dev.whetstone.curation.stage.hygiene;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the order of turns and the shape of tool calls. */
final class TurnOrderRule {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern FUNCTION_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Set<String> INSTRUCTIONS = Set.of("system", "developer");

  private TurnOrderRule() {}

  /** The first fault in the order of turns, if there is one. */
  static Optional<String> orderFault(List<ChatMessage> prompt, List<ChatMessage> answer) {
    if (prompt.isEmpty()) {
      return Optional.of("the prompt is empty");
    }
    String last = prompt.getLast().role();
    if (!last.equals("user") && !last.equals("tool")) {
      return Optional.of("the prompt ends with a turn of " + last + ", not of user or tool");
    }
    if (answer.isEmpty() || !answer.getFirst().role().equals("assistant")) {
      return Optional.of("the answer does not begin with an assistant turn");
    }
    if (!answer.getLast().role().equals("assistant")) {
      return Optional.of("the answer does not end with an assistant turn");
    }
    String previous = "";
    for (ChatMessage message : concat(prompt, answer)) {
      Optional<String> fault = follows(previous, message);
      if (fault.isPresent()) {
        return fault;
      }
      previous = message.role();
    }
    return Optional.empty();
  }

  private static Optional<String> follows(String previous, ChatMessage message) {
    String role = message.role();
    boolean allowed =
        switch (role) {
          case "system", "developer" -> previous.isEmpty() || INSTRUCTIONS.contains(previous);
          case "user" -> true;
          case "assistant" -> previous.equals("user") || previous.equals("tool");
          case "tool" -> previous.equals("assistant") || previous.equals("tool");
          default -> false;
        };
    return allowed
        ? Optional.empty()
        : Optional.of(
            "a turn of " + role + (previous.isEmpty() ? " comes first" : " follows " + previous));
  }

  /**
   * The first fault in the tool calls, if there is one.
   *
   * @param tools declared functions; without any, names are not checked
   */
  static Optional<String> toolFault(
      List<ChatMessage> prompt,
      List<ChatMessage> answer,
      @Nullable List<Map<String, Object>> tools) {
    Set<String> declared = declared(tools);
    Set<String> open = new HashSet<>();
    for (ChatMessage message : concat(prompt, answer)) {
      boolean calls = message.toolCalls() != null && !message.toolCalls().isEmpty();
      if (calls && !message.role().equals("assistant")) {
        return Optional.of("a turn of " + message.role() + " makes tool calls");
      }
      if (calls) {
        for (ToolCall call : message.toolCalls()) {
          Optional<String> fault = callFault(call, declared);
          if (fault.isPresent()) {
            return fault;
          }
          if (call.id() != null) {
            open.add(call.id());
          }
        }
      }
      if (message.role().equals("tool")
          && (message.toolCallId() == null || !open.contains(message.toolCallId()))) {
        return Optional.of("a tool turn answers no call: tool_call_id " + message.toolCallId());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> callFault(ToolCall call, Set<String> declared) {
    if (call.function() == null
        || call.function().name() == null
        || !FUNCTION_NAME.matcher(call.function().name()).matches()) {
      return Optional.of("a tool call without a valid function name");
    }
    String name = call.function().name();
    if (!declared.isEmpty() && !declared.contains(name)) {
      return Optional.of("a call of " + name + ", which the request does not declare");
    }
    try {
      String arguments = call.function().arguments();
      if (arguments != null && JSON.readTree(arguments).isObject()) {
        return Optional.empty();
      }
    } catch (JsonProcessingException e) {
      return Optional.of("the arguments of " + name + " are not JSON");
    }
    return Optional.of("the arguments of " + name + " are not a JSON object");
  }

  private static Set<String> declared(@Nullable List<Map<String, Object>> tools) {
    Set<String> names = new HashSet<>();
    if (tools != null) {
      for (Map<String, Object> tool : tools) {
        if (tool.get("function") instanceof Map<?, ?> function
            && function.get("name") instanceof String name) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static List<ChatMessage> concat(List<ChatMessage> prompt, List<ChatMessage> answer) {
    return java.util.stream.Stream.concat(prompt.stream(), answer.stream()).toList();
  }
}
