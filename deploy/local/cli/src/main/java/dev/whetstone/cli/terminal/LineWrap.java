package dev.whetstone.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Wraps text between words without omitting any. */
public final class LineWrap {
  private LineWrap() {}

  /**
   * The lines of {@code text}, at least one. Existing line breaks are kept; a word longer than a
   * line is not broken.
   *
   * @param width maximum number of characters per line
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
