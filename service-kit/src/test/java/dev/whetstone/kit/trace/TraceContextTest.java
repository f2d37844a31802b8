package dev.whetstone.kit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class TraceContextTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final HexFormat HEX = HexFormat.of();

  @Property
  void shouldReadWhatItWrites(
      @ForAll long high, @ForAll long low, @ForAll long span, @ForAll boolean sampled) {
    Assume.that((high != 0 || low != 0) && span != 0);
    var context =
        new TraceContext(
            HEX.toHexDigits(high) + HEX.toHexDigits(low), HEX.toHexDigits(span), sampled);

    assertThat(context.text()).hasSize(55);
    assertThat(TraceContext.parse(context.text())).contains(context);
  }

  @Property
  void shouldReadTheSampledFlagAmongAllFlags(@ForAll @IntRange(min = 0, max = 255) int flags) {
    String text = "00-" + TRACE + "-" + SPAN + "-" + HEX.toHexDigits((byte) flags);

    assertThat(TraceContext.parse(text)).contains(new TraceContext(TRACE, SPAN, (flags & 1) == 1));
  }

  /**
   * Text of a sender that nearly is a header never ends in an error, and never passes on as it is.
   */
  @Property
  void shouldReadAnyTextAsNoneOrAsAValidContext(
      @ForAll
          @StringLength(max = 70)
          @CharRange(from = '0', to = '9')
          @CharRange(from = 'a', to = 'g')
          @Chars({'-', 'A', '\n', '\u00e9'})
          String text) {
    Optional<TraceContext> read = TraceContext.parse(text);

    read.ifPresent(context -> assertThat(TraceContext.parse(context.text())).contains(context));
  }

  @Property
  void shouldRefuseAHeaderOfWhichACharacterIsMissingOrAnotherOne(
      @ForAll @IntRange(min = 0, max = 54) int place) {
    String valid = "00-" + TRACE + "-" + SPAN + "-01";

    String shorter = valid.substring(0, place) + valid.substring(place + 1);
    String other = valid.substring(0, place) + 'x' + valid.substring(place + 1);

    assertThat(TraceContext.parse(shorter)).isEmpty();
    assertThat(TraceContext.parse(other)).isEmpty();
  }

  @Example
  void shouldRefuseWhatTheStandardCallsInvalid() {
    assertThat(TraceContext.parse(null)).isEmpty();
    assertThat(TraceContext.parse("")).isEmpty();
    assertThat(TraceContext.parse("ff-" + TRACE + "-" + SPAN + "-01")).isEmpty();
    assertThat(TraceContext.parse("00-" + "0".repeat(32) + "-" + SPAN + "-01")).isEmpty();
    assertThat(TraceContext.parse("00-" + TRACE + "-" + "0".repeat(16) + "-01")).isEmpty();
    assertThat(TraceContext.parse("00-" + TRACE.toUpperCase(Locale.ROOT) + "-" + SPAN + "-01"))
        .isEmpty();
    assertThat(TraceContext.parse("00-" + TRACE + "-" + SPAN + "-01-more")).isEmpty();
    assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-01more")).isEmpty();
    assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-01-" + "x".repeat(300))).isEmpty();
  }

  @Example
  void shouldReadALaterVersionAsFarAsItIsKnown() {
    assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-01-more"))
        .map(TraceContext::text)
        .contains("00-" + TRACE + "-" + SPAN + "-01");
  }

  @Example
  void shouldNotExistWithoutAnId() {
    assertThatThrownBy(() -> new TraceContext("0".repeat(32), SPAN, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TraceContext(TRACE, "b7ad", true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
