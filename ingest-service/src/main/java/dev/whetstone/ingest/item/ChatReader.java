package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads OpenAI chat messages. Content is text or text parts, which are joined. */
final class ChatReader {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private final InputLimits limits;

  ChatReader(InputLimits limits) {
    this.limits = limits;
  }

  List<ChatMessage> messages(FieldReader request) {
    List<FieldReader> objects = request.objects("messages", limits.messages());
    if (objects == null || objects.isEmpty()) {
      throw request.missing("messages", "at least one chat message");
    }
    List<ChatMessage> messages = new ArrayList<>(objects.size());
    objects.forEach(object -> messages.add(message(object)));
    return messages;
  }

  /** A message of the assistant: one that it sent, or one that it should have sent. */
  ChatMessage answer(FieldReader fields) {
    ChatMessage message = message(fields);
    if (!message.role().equals("assistant")) {
      throw fields.invalid(
          "role", "the role is '" + message.role() + "'", "an answer's role is 'assistant'");
    }
    return message;
  }

  @Nullable List<Map<String, Object>> tools(FieldReader request) {
    List<FieldReader> tools = request.objects("tools", limits.messages());
    return tools == null ? null : tools.stream().map(FieldReader::open).toList();
  }

  private ChatMessage message(FieldReader fields) {
    String role = fields.requiredText("role", InputLimits.NAME_CHARACTERS, "the speaker's role");
    if (!ROLES.contains(role)) {
      throw fields.invalid(
          "role",
          "the role is '" + Excerpt.text(role) + "'",
          "send system, developer, user, assistant or tool");
    }
    String content = content(fields);
    List<ToolCall> toolCalls = toolCalls(fields);
    if (content == null && toolCalls == null) {
      throw fields.missing("content", "the message's text (or tool_calls)");
    }
    return new ChatMessage(
        role,
        content,
        fields.name("name"),
        toolCalls,
        fields.text("tool_call_id", InputLimits.IDENTIFIER_CHARACTERS),
        weight(fields, role));
  }

  /** As in OpenAI's fine-tuning format: whether an assistant message is to be learned. */
  private static @Nullable Integer weight(FieldReader fields, String role) {
    if (fields.get("weight") == null) {
      return null;
    }
    if (!role.equals("assistant")) {
      throw fields.invalid(
          "weight",
          "a message of role '" + role + "' has a weight",
          "set weights on assistant messages only");
    }
    Integer weight = fields.integer("weight");
    if (weight == null || (weight != 0 && weight != 1)) {
      throw fields.invalid(
          "weight", "the weight is " + weight, "send 1 to have the message learned, or 0");
    }
    return weight;
  }

  private @Nullable String content(FieldReader fields) {
    JsonNode content = fields.get("content");
    if (content == null || content.isTextual()) {
      return fields.text("content", limits.textCharacters());
    }
    if (!content.isArray()) {
      throw fields.wrongType("content", "a string or an array of text parts");
    }
    StringBuilder text = new StringBuilder();
    for (FieldReader part : fields.objects("content", limits.messages())) {
      String type = part.requiredText("type", InputLimits.NAME_CHARACTERS, "'text'");
      if (!type.equals("text")) {
        throw part.invalid(
            "type",
            "the content part is of type '" + Excerpt.text(type) + "'",
            "send text parts only; other content is not used for training");
      }
      text.append(part.requiredText("text", limits.textCharacters(), "the part's text"));
    }
    return text.toString();
  }

  private @Nullable List<ToolCall> toolCalls(FieldReader fields) {
    List<FieldReader> objects = fields.objects("tool_calls", limits.messages());
    if (objects == null || objects.isEmpty()) {
      return null;
    }
    List<ToolCall> calls = new ArrayList<>(objects.size());
    for (FieldReader object : objects) {
      String type = object.name("type");
      FieldReader function = object.requiredObject("function", "the called function");
      calls.add(
          new ToolCall(
              object.text("id", InputLimits.IDENTIFIER_CHARACTERS),
              type == null ? "function" : type,
              new ToolCall.Function(
                  function.requiredText("name", InputLimits.NAME_CHARACTERS, "the function's name"),
                  function.requiredText(
                      "arguments", limits.textCharacters(), "the arguments as JSON text"))));
    }
    return calls;
  }
}
