package dev.whetstone.kit.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The markers between which a base model reasons before it answers, such as {@code <think>} and
 * {@code </think>}: those of the known ones that its chat template mentions.
 *
 * <p>The worker knows the same markers ({@code reasoning.py}).
 *
 * @param pairs empty for a base that does not reason
 */
public record ReasoningMarkers(List<Pair> pairs) {
  private static final List<Pair> KNOWN =
      List.of(
          new Pair("<think>", "</think>"),
          new Pair("<thinking>", "</thinking>"),
          new Pair("<thought>", "</thought>"),
          new Pair("<reasoning>", "</reasoning>"),
          new Pair("<seed:think>", "</seed:think>"),
          new Pair("[THINK]", "[/THINK]"),
          new Pair("<|START_THINKING|>", "<|END_THINKING|>"),
          new Pair("<|begin_of_thought|>", "<|end_of_thought|>"));

  /** Of a base whose chat template is not known: the pair that most bases use. */
  public static final ReasoningMarkers UNKNOWN = new ReasoningMarkers(List.of(KNOWN.getFirst()));

  private static final String TEMPLATE = "chat_template.jinja";
  private static final String CONFIG = "tokenizer_config.json";

  /** How much of a chat template is read, in bytes; the longest known has 20 KB. */
  private static final int MOST_BYTES = 1 << 20;

  public ReasoningMarkers {
    pairs = List.copyOf(pairs);
  }

  /** Where a block of reasoning begins and ends. */
  public record Pair(String open, String close) {}

  /**
   * An answer in two parts.
   *
   * @param reasoning without its markers
   * @param visible the rest, without the white space before it
   */
  public record Split(String reasoning, String visible) {}

  /** The known markers that a chat template mentions. */
  public static ReasoningMarkers ofTemplate(String chatTemplate) {
    return new ReasoningMarkers(
        KNOWN.stream().filter(pair -> chatTemplate.contains(pair.close())).toList());
  }

  /**
   * Reads the chat template of a base model.
   *
   * @param base its directory
   * @return {@link #UNKNOWN} where it has none: the worker refuses such a base
   * @throws ObjectStoreException when a file of it cannot be read
   * @throws IOException when its configuration is not JSON
   */
  public static ReasoningMarkers of(Artifact base) throws IOException {
    Artifact template = base.child(TEMPLATE);
    if (template.size().isPresent()) {
      try (InputStream content = template.open()) {
        return ofTemplate(new String(content.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
      }
    }
    Artifact config = base.child(CONFIG);
    return config.size().isPresent()
        ? templateOf(config).map(ReasoningMarkers::ofTemplate).orElse(UNKNOWN)
        : UNKNOWN;
  }

  private static Optional<String> templateOf(Artifact config) throws IOException {
    try (JsonParser parser = Json.mapper().createParser(config.open())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException(config.uri() + " is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("chat_template") && value == JsonToken.VALUE_STRING) {
          return Optional.of(parser.getText());
        }
        parser.skipChildren();
      }
      return Optional.empty();
    }
  }

  /**
   * Splits an answer that begins with reasoning; empty for one that does not. The opening marker is
   * absent where the prompt already held it; then the closing marker must end a line of its own, or
   * be followed by an empty line, because an answer can also speak of a marker. A block that is not
   * closed is reasoning to the end.
   */
  public Optional<Split> split(String answer) {
    Optional<Split> found = first(answer);
    if (found.isEmpty()) {
      return found;
    }
    Split first = found.get();
    // Some servers put an empty block before the block that the model wrote.
    return split(first.visible())
        .map(
            next ->
                new Split((first.reasoning() + "\n" + next.reasoning()).strip(), next.visible()))
        .or(() -> found);
  }

  private Optional<Split> first(String answer) {
    String text = answer.stripLeading();
    for (Pair pair : pairs) {
      int begin = text.startsWith(pair.open()) ? pair.open().length() : 0;
      int end = begin > 0 ? text.indexOf(pair.close(), begin) : endOfOpenBlock(text, pair);
      if (end >= 0) {
        String visible = text.substring(end + pair.close().length()).stripLeading();
        return Optional.of(new Split(text.substring(begin, end).strip(), visible));
      }
      if (begin > 0) {
        return Optional.of(new Split(text.substring(begin).strip(), ""));
      }
    }
    return Optional.empty();
  }

  private static int endOfOpenBlock(String text, Pair pair) {
    int end = text.indexOf(pair.close());
    int open = text.indexOf(pair.open());
    if (end < 0 || (open >= 0 && open < end)) {
      return -1;
    }
    String before = text.substring(0, end).stripTrailing();
    boolean beginsLine = text.substring(before.length(), end).contains("\n") || before.isEmpty();
    String after = text.substring(end + pair.close().length());
    int rest = after.length() - after.stripLeading().length();
    long lineEnds = after.substring(0, rest).chars().filter(c -> c == '\n').count();
    boolean endsLine = rest == after.length() || lineEnds > 0;
    return endsLine && (beginsLine || lineEnds > 1) ? end : -1;
  }
}
