package dev.whetstone.kit.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
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

  private ChatTemplate() {}

  /** The text; null if there is none, or several without a default. */
  static @Nullable String in(Path directory) throws IOException {
    String text = find(directory);
    return text == null || text.isEmpty() ? null : text;
  }

  private static @Nullable String find(Path directory) throws IOException {
    if (hasTemplates(directory.resolve("additional_chat_templates"))) {
      return null;
    }
    Path own = directory.resolve("chat_template.jinja");
    if (Files.isRegularFile(own)) {
      // As Python reads a text: each line ends in a line feed.
      return Files.readString(own).replace("\r\n", "\n").replace('\r', '\n');
    }
    Path config = directory.resolve("tokenizer_config.json");
    return Files.isRegularFile(config) ? ofConfig(Files.readAllBytes(config)) : null;
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

  private static boolean hasTemplates(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(each -> each.toString().endsWith(".jinja"));
    }
  }
}
