package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a page that is generated from code. It stands between the lines {@code <!-- NAME -->}
 * and {@code <!-- /NAME -->}.
 */
public final class GeneratedSection {
  private final Path page;
  private final String begin;
  private final String end;

  /**
   * @param page relative to the module's folder
   */
  public GeneratedSection(Path page, String name) {
    this.page = page;
    this.begin = "<!-- " + name + " -->\n";
    this.end = "<!-- /" + name + " -->";
  }

  /**
   * Fails when the section differs from what the code generates.
   *
   * @param property a system property; if it is {@code true}, the section is written instead
   */
  public void shouldBe(String generated, String property) throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    assertThat(from).as("%s lacks the line %s", page, begin.strip()).isNotNegative();
    assertThat(to).as("%s lacks the line %s after it", page, end).isGreaterThan(from);
    int first = from + begin.length();
    if (Boolean.getBoolean(property)) {
      Files.writeString(page, text.substring(0, first) + generated + text.substring(to));
      return;
    }
    assertThat(text.substring(first, to))
        .as("write it anew: run this test with -D%s=true", property)
        .isEqualTo(generated);
  }
}
