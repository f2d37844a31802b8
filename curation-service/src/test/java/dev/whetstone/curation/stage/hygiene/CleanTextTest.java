package dev.whetstone.curation.stage.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CleanTextTest {
  static List<Arguments> texts() {
    return List.of(
        Arguments.of("plain", "plain", List.of()),
        Arguments.of("caf\u0065\u0301", "café", List.of()),
        Arguments.of("a\u0007b", "ab", List.of(CleanText.CONTROL)),
        Arguments.of("one\r\ntwo\rthree", "one\ntwo\nthree", List.of()),
        Arguments.of("tab\tstays\n", "tab\tstays\n", List.of()),
        Arguments.of("\u202Etxt.exe\u202C", "txt.exe", List.of(CleanText.BIDI)),
        Arguments.of("pass\u200Bword\uFEFF", "password", List.of(CleanText.ZERO_WIDTH)),
        Arguments.of("a\u200Db", "ab", List.of(CleanText.ZERO_WIDTH)),
        Arguments.of(
            "hi" + new String(Character.toChars(0xE0041)) + new String(Character.toChars(0xE0042)),
            "hi",
            List.of(CleanText.TAGS)),
        Arguments.of("\uD83D\uDC69\u200D\uD83D\uDE80", "\uD83D\uDC69\u200D\uD83D\uDE80", List.of()),
        Arguments.of("\u0915\u094D\u200D\u0937", "\u0915\u094D\u200D\u0937", List.of()),
        Arguments.of("\uD800 alone", " alone", List.of(CleanText.CONTROL)));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void shouldTakeOutWhatReadersCannotSee(String raw, String clean, List<String> flags) {
    assertThat(CleanText.of(raw).text()).isEqualTo(clean);
    assertThat(CleanText.of(raw).flags()).containsExactlyElementsOf(flags);
  }

  @Property
  void shouldChangeNothingTheSecondTime(@ForAll @StringLength(max = 60) String raw) {
    CleanText once = CleanText.of(raw);

    CleanText twice = CleanText.of(once.text());

    assertThat(twice.text()).isEqualTo(once.text());
    assertThat(twice.flags()).isEmpty();
  }
}
