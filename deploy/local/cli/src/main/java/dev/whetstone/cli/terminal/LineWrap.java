package dev.whetstone.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text broken into lines between words, with nothing left out. */
public final class LineWrap {
  private LineWrap() {}

  /**
   * The lines of {@code text}, at least one. Its own line breaks stay; a word that is longer than a
   * line stays whole.
   *
   * @param width most characters in a line
   */
  public static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : text.split("\n", -1)) {
      StringBuilder line = new StringBuilder();
      for (String word : paragraph.strip().split(" ")) {
        if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.append(line.isEmpty() ? "" : " ").append(word);
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
