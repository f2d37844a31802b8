package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotEmpty;

class IdentityPropertiesTest {
  @Provide
  Arbitrary<LoopId> loops() {
    return Combinators.combine(names(), names()).as(LoopId::new);
  }

  @Provide
  Arbitrary<EventKey> keys() {
    Arbitrary<String> text =
        Arbitraries.strings().withChars("ab/%2F5 ü").ofMinLength(1).ofMaxLength(8);
    return Combinators.combine(loops(), text, text).as(EventKey::new);
  }

  @Property(tries = 300)
  void shouldReadBackALoop(@ForAll("loops") LoopId loop) {
    assertThat(LoopId.parse(loop.key())).isEqualTo(loop);
  }

  @Property(tries = 300)
  void shouldRefuseWhatIsNoName(@ForAll @NotEmpty String name) {
    Assume.that(!LoopId.NAME.matcher(name).matches());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LoopId("acme", name))
        .withMessageContaining(name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LoopId(name, "support"))
        .withMessageContaining(name);
  }

  @Property(tries = 1000)
  void shouldReadBackAKey(@ForAll("keys") EventKey key) {
    assertThat(EventKey.parse(key.text())).isEqualTo(key);
  }

  @Property(tries = 1000)
  void shouldGiveDifferentKeysDifferentTexts(
      @ForAll("keys") EventKey one, @ForAll("keys") EventKey other) {
    assertThat(one.text().equals(other.text())).isEqualTo(one.equals(other));
  }

  private static Arbitrary<String> names() {
    Arbitrary<String> first = Arbitraries.strings().withCharRange('a', 'z').ofLength(1);
    Arbitrary<String> rest =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withCharRange('0', '9')
            .withChars('-')
            .ofMaxLength(62);
    return Combinators.combine(first, rest).as((a, b) -> a + b);
  }
}
