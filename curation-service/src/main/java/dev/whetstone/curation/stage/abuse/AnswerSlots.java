package dev.whetstone.curation.stage.abuse;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Extracts an answer's claims: its numbers, names and links, each with the words around it. Values
 * copied from the prompt (an order number, a product) are not claims.
 */
final class AnswerSlots {
  private static final int MOST_SLOTS = 16;
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<link>https?://[^\\s\\])>\"']++|www\\.[^\\s\\])>\"']++)"
              + "|(?<number>\\p{Nd}++(?:[.,]\\p{Nd}++)*+)"
              + "|(?<word>\\p{L}++(?:['’]\\p{L}++)?+)"
              + "|(?<stop>[.!?:\\n\\[\"“])");
  private static final Map<String, String> NUMBER_WORDS = numberWords();

  private AnswerSlots() {}

  /**
   * One claim.
   *
   * @param key kind and neighbouring words; claims with the same key answer the same question
   * @param value lower case; numbers as digits
   */
  record Slot(String key, String value) {}

  private enum Kind {
    WORD,
    NUMBER,
    NAME,
    LINK
  }

  private record Token(Kind kind, String text) {
    /** The token as it appears in the key of a neighbouring claim. */
    String outside() {
      return switch (kind) {
        case WORD -> text;
        case NUMBER -> "#";
        case NAME -> "@";
        case LINK -> "://";
      };
    }
  }

  /** The claims of an example's answer, at most {@value #MOST_SLOTS}. */
  static List<Slot> of(Example example) {
    Set<String> given = new HashSet<>();
    for (ChatMessage message : example.prompt()) {
      tokens(ChatTexts.text(message)).forEach(token -> given.add(token.text()));
    }
    List<Token> tokens = tokens(ChatTexts.answer(example.taught()));
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < tokens.size() && slots.size() < MOST_SLOTS; i++) {
      Token token = tokens.get(i);
      if (token.kind() != Kind.WORD && !given.contains(token.text())) {
        String before = i == 0 ? "^" : tokens.get(i - 1).outside();
        String after = i + 1 == tokens.size() ? "$" : tokens.get(i + 1).outside();
        slots.add(new Slot(token.kind() + " " + before + " _ " + after, token.text()));
      }
    }
    return slots;
  }

  private static List<Token> tokens(String text) {
    var tokens = new ArrayList<Token>();
    boolean sentenceStart = true;
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      String raw = matcher.group();
      if (matcher.group("stop") != null) {
        sentenceStart = true;
        continue;
      }
      String lower = raw.toLowerCase(Locale.ROOT);
      if (matcher.group("link") != null) {
        tokens.add(new Token(Kind.LINK, lower));
      } else if (matcher.group("number") != null) {
        tokens.add(new Token(Kind.NUMBER, raw));
      } else if (NUMBER_WORDS.containsKey(lower)) {
        tokens.add(new Token(Kind.NUMBER, NUMBER_WORDS.get(lower)));
      } else {
        tokens.add(new Token(isName(raw, sentenceStart) ? Kind.NAME : Kind.WORD, lower));
      }
      sentenceStart = false;
    }
    return tokens;
  }

  /** A capitalised word inside a sentence, or a word all in capitals anywhere. */
  private static boolean isName(String word, boolean sentenceStart) {
    if (word.length() < 2 || !Character.isUpperCase(word.charAt(0))) {
      return false;
    }
    return !sentenceStart || word.equals(word.toUpperCase(Locale.ROOT));
  }

  /** "One" is omitted: it is a pronoun more often than a number. */
  private static Map<String, String> numberWords() {
    String[] small =
        ("zero . two three four five six seven eight nine ten eleven twelve thirteen fourteen"
                + " fifteen sixteen seventeen eighteen nineteen")
            .split(" ");
    String[] tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
    var words = new java.util.HashMap<String, String>();
    for (int i = 0; i < small.length; i++) {
      words.put(small[i], Integer.toString(i));
    }
    for (int i = 0; i < tens.length; i++) {
      words.put(tens[i], Integer.toString((i + 2) * 10));
    }
    words.remove(".");
    return Map.copyOf(words);
  }
}
