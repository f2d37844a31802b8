package dev.whetstone.kit.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.Artifact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The chat template of a base model's folder, read from the same files as the transformers
 * tokenizer: the worker's digest is of the text that the tokenizer holds.
 */
final class ChatTemplate {
  /** The accepted forms of a chat template, for error messages. */
  static final String ALLOWED =
      "a base model with one chat template, in chat_template.jinja or as a text in"
          + " tokenizer_config.json; without it the model cannot be trained";

  private static final int MOST_TEMPLATES = 1_000;

  private ChatTemplate() {}

  /** The text; null if there is none, or several without a default. */
  static @Nullable String in(Artifact directory) throws IOException {
    String text = find(directory);
    return text == null || text.isEmpty() ? null : text;
  }

  private static @Nullable String find(Artifact directory) throws IOException {
    if (hasTemplates(directory.child("additional_chat_templates"))) {
      return null;
    }
    Artifact own = directory.child("chat_template.jinja");
    if (own.size().isPresent()) {
      // As Python reads a text: each line ends in a line feed.
      return new String(own.read(), StandardCharsets.UTF_8)
          .replace("\r\n", "\n")
          .replace('\r', '\n');
    }
    Artifact config = directory.child("tokenizer_config.json");
    return config.size().isPresent() ? ofConfig(config.read()) : null;
  }

  private static @Nullable String ofConfig(byte[] config) throws IOException {
    try {
      JsonNode tree = Json.mapper().readTree(config);
      return tree.path("chat_template").textValue();
    } catch (JsonProcessingException e) {
      // The tokenizer cannot read it either.
      return null;
    }
  }

  private static boolean hasTemplates(Artifact folder) {
    return folder.files(MOST_TEMPLATES).stream()
        .anyMatch(each -> each.endsWith(".jinja") && !each.contains("/"));
  }
}
