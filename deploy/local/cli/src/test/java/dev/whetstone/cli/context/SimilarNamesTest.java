package dev.whetstone.cli.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SimilarNamesTest {
  private static final List<String> COMMANDS =
      List.of("up", "down", "status", "why", "loop", "send", "seal", "logs");

  @Test
  void shouldFindAMistypedName() {
    assertThat(SimilarNames.to("stats", COMMANDS)).containsExactly("status");
    assertThat(SimilarNames.to("stauts", COMMANDS)).containsExactly("status");
  }

  @Test
  void shouldFindANameByItsBeginning() {
    assertThat(SimilarNames.to("sta", COMMANDS)).containsExactly("status");
  }

  @Test
  void shouldNotSuggestANameThatOnlySharesALetter() {
    assertThat(SimilarNames.to("doctor", COMMANDS)).isEmpty();
  }
}
