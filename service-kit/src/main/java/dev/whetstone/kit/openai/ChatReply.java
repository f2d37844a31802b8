package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The first choice of a chat completion.
 *
 * @param message as the server sent it, with {@code content} or {@code tool_calls}
 * @param finishReason OpenAI's
 */
public record ChatReply(
    JsonNode message, String finishReason, int promptTokens, int completionTokens) {}
