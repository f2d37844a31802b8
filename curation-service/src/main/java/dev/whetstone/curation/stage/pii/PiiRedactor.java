package dev.whetstone.curation.stage.pii;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Replaces personal data in an example by typed placeholders such as {@code [EMAIL_1]}. The same
 * value has the same number throughout the example, in order of appearance. Later examples of a
 * conversation begin with its earlier turns, so numbers agree within a conversation.
 */
public final class PiiRedactor {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\[([A-Z_]+)_([0-9]{1,6})\\]");

  private final PiiRecognizer recognizer;
  private final Set<PiiType> types;

  public PiiRedactor(PiiRecognizer recognizer, Set<PiiType> types) {
    this.recognizer = recognizer;
    this.types = Set.copyOf(types);
  }

  /** The example without personal data; the same object when there was none. */
  public Example redact(Example example) {
    Numbering numbering = new Numbering();
    example.prompt().forEach(message -> numbering.reserve(ChatTexts.text(message)));
    example.answer().forEach(message -> numbering.reserve(ChatTexts.text(message)));
    Example redacted = example.mapMessages(message -> redact(message, numbering));
    String served = example.provenance().servedAnswer();
    if (served != null) {
      String clean = redact(served, numbering.silent());
      redacted = redacted.withProvenance(redacted.provenance().withServedAnswer(clean));
    }
    if (redacted.equals(example)) {
      return example;
    }
    var counts = new TreeMap<>(example.redactions());
    numbering.replaced.forEach((type, n) -> counts.merge(type.name(), n, Integer::sum));
    return redacted.withRedactions(counts);
  }

  /** A single text; numbers start at 1 after any placeholders it already holds. */
  public String redact(String text) {
    Numbering numbering = new Numbering();
    numbering.reserve(text);
    return redact(text, numbering);
  }

  private ChatMessage redact(ChatMessage message, Numbering numbering) {
    List<ToolCall> calls =
        message.toolCalls() == null
            ? null
            : message.toolCalls().stream().map(call -> redact(call, numbering)).toList();
    return new ChatMessage(
        message.role(),
        message.content() == null ? null : redact(message.content(), numbering),
        message.name(),
        calls,
        message.toolCallId(),
        message.weight());
  }

  private ToolCall redact(ToolCall call, Numbering numbering) {
    if (call.function() == null || call.function().arguments() == null) {
      return call;
    }
    String arguments = redact(call.function().arguments(), numbering);
    return new ToolCall(
        call.id(), call.type(), new ToolCall.Function(call.function().name(), arguments));
  }

  /**
   * Repeats until nothing is found: removing one value can expose another that was joined to it.
   */
  private String redact(String text, Numbering numbering) {
    String current = text;
    List<PiiSpan> spans = recognizer.find(current, types);
    while (!spans.isEmpty()) {
      current = replace(current, spans, numbering);
      spans = recognizer.find(current, types);
    }
    return current;
  }

  private static String replace(String text, List<PiiSpan> spans, Numbering numbering) {
    var out = new StringBuilder(text.length());
    int from = 0;
    for (PiiSpan span : spans) {
      out.append(text, from, span.start());
      out.append(numbering.placeholder(span.type(), text.substring(span.start(), span.end())));
      from = span.end();
    }
    return out.append(text, from, text.length()).toString();
  }

  /** The number of each value. */
  private static final class Numbering {
    private final Map<PiiType, Map<String, Integer>> numbers;
    private final Map<PiiType, Integer> last;
    private final Map<PiiType, Integer> replaced = new EnumMap<>(PiiType.class);

    Numbering() {
      this(new EnumMap<>(PiiType.class), new EnumMap<>(PiiType.class));
    }

    private Numbering(Map<PiiType, Map<String, Integer>> numbers, Map<PiiType, Integer> last) {
      this.numbers = numbers;
      this.last = last;
    }

    /**
     * Shares the numbers but does not count: the served answer is not part of the training data.
     */
    Numbering silent() {
      return new Numbering(numbers, last);
    }

    /** Keeps new values from taking the number of an existing placeholder. */
    void reserve(String text) {
      Matcher matcher = PLACEHOLDER.matcher(text);
      while (matcher.find()) {
        for (PiiType type : PiiType.values()) {
          if (type.name().equals(matcher.group(1))) {
            last.merge(type, Integer.valueOf(matcher.group(2)), Math::max);
          }
        }
      }
    }

    String placeholder(PiiType type, String value) {
      int number =
          numbers
              .computeIfAbsent(type, _ -> new HashMap<>())
              .computeIfAbsent(normal(type, value), _ -> last.merge(type, 1, Integer::sum));
      replaced.merge(type, 1, Integer::sum);
      return "[" + type.name() + "_" + number + "]";
    }

    /** The value without differences in spelling that do not change its meaning. */
    private static String normal(PiiType type, String value) {
      return switch (type) {
        case EMAIL, IP_ADDRESS -> value.toLowerCase(Locale.ROOT);
        case PHONE, CREDIT_CARD, US_SSN -> value.replaceAll("[^0-9]", "");
        case IBAN -> value.replace(" ", "");
        case SECRET, URL_CREDENTIALS -> value;
      };
    }
  }
}
