package dev.whetstone.ingest.item;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Recognises a line of a fine-tuning file, {@code {"messages": […]}}, which is neither an
 * interaction nor feedback, and states how to send it.
 */
final class ChatFileRule {
  private ChatFileRule() {}

  /**
   * @throws Fault when the item is a bare chat
   */
  static void check(JsonNode item) {
    boolean bareChat = item.path("messages").isArray() && !item.has("request") && !item.has("kind");
    if (bareChat) {
      throw new Fault(
          FaultCode.BARE_CHAT,
          "/messages",
          "the item is a chat as in fine-tuning files: it has 'messages' but no 'kind' and no 'request'",
          "send it to POST /v1/loops/{loop}/feedback as a demonstration: {\"kind\": \"demonstration\","
              + " \"request\": {\"messages\": [all messages before the answer]},"
              + " \"response\": {the assistant's last message}}");
    }
  }
}
