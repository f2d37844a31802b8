package dev.whetstone.curation;

import java.util.List;

/** Questions and answers that have little in common with each other. */
public final class TestTexts {
  private static final List<String> THINGS =
      List.of(
          "kettle", "lantern", "bicycle", "umbrella", "piano", "telescope", "blanket", "hammer");
  private static final List<String> VERBS =
      List.of("return", "repair", "exchange", "clean", "insure", "assemble", "store", "ship");
  private static final List<String> PLACES =
      List.of("Lisbon", "Oslo", "Quito", "Nairobi", "Osaka", "Perth", "Denver", "Krakow");

  private TestTexts() {}

  public static String question(int i) {
    return "How do I %s the %s number %d bought in %s?"
        .formatted(verb(i), thing(i), 1000 + 37 * i, place(i));
  }

  public static String badAnswer(int i) {
    return "I am not sure about the %s.".formatted(thing(i));
  }

  public static String goodAnswer(int i) {
    return "To %s the %s, open ticket %d with our %s office."
        .formatted(verb(i), thing(i), 1000 + 37 * i, place(i));
  }

  private static String thing(int i) {
    return THINGS.get(i % 8);
  }

  private static String verb(int i) {
    return VERBS.get(i / 8 % 8);
  }

  private static String place(int i) {
    return PLACES.get((i * 5 + i / 8) % 8);
  }
}
