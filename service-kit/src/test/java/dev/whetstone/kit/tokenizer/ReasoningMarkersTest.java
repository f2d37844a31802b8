package dev.whetstone.kit.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.tokenizer.ReasoningMarkers.Pair;
import dev.whetstone.kit.tokenizer.ReasoningMarkers.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasoningMarkersTest {
  private static final ReasoningMarkers MARKERS = ReasoningMarkers.UNKNOWN;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think>\nThirty since May.\n</think>\n\nWithin 30 days.",
        "\n<think>Thirty since May.</think>Within 30 days.",
        "Thirty since May.\n</think>\n\nWithin 30 days.",
        "Thirty since May.</think>\n\nWithin 30 days.",
        "<think>\n\n</think>\n\n<think>\nThirty since May.\n</think>\n\nWithin 30 days.",
      })
  void shouldSplitReasoningOff(String answer) {
    assertThat(MARKERS.split(answer)).contains(new Split("Thirty since May.", "Within 30 days."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Within 30 days.",
        "The tag </think> closes a block in that format.",
        "Write <think> and </think>\naround it.",
        "A line ends with </think>\nand goes on.",
        "",
      })
  void shouldLeaveOrdinaryTextAlone(String answer) {
    assertThat(MARKERS.split(answer)).isEmpty();
  }

  @Test
  void shouldTakeABlockWithoutAnEndAsReasoning() {
    assertThat(MARKERS.split("<think>\nThirty since")).contains(new Split("Thirty since", ""));
    assertThat(MARKERS.split("</think>\nIn May.")).contains(new Split("", "In May."));
  }

  @Property
  void shouldKeepWhatIsBehindTheBlock(@ForAll String reasoning, @ForAll String visible) {
    if (!reasoning.contains("</think>") && MARKERS.split(visible.stripLeading()).isEmpty()) {
      assertThat(MARKERS.split("<think>" + reasoning + "</think>\n" + visible))
          .contains(new Split(reasoning.strip(), visible.stripLeading()));
    }
  }

  @Test
  void shouldKnowTheMarkersOfTheTemplate(@TempDir Path base) throws Exception {
    assertThat(markersOf(base)).isEqualTo(ReasoningMarkers.UNKNOWN);

    Files.writeString(
        base.resolve("tokenizer_config.json"),
        "{\"added\": {\"1\": {}}, \"chat_template\": \"{% if '[/THINK]' in m %}\"}");
    assertThat(markersOf(base).pairs()).isEqualTo(List.of(new Pair("[THINK]", "[/THINK]")));

    Files.writeString(base.resolve("chat_template.jinja"), "{{ messages }}");
    ReasoningMarkers none = markersOf(base);
    assertThat(none.pairs()).isEmpty();
    assertThat(none.split("<think>a</think>b")).isEqualTo(Optional.empty());
  }

  private static ReasoningMarkers markersOf(Path base) throws IOException {
    return ReasoningMarkers.of(
        new ArtifactResolver(List.of(new FileScheme())).find(base.toUri()).orElseThrow());
  }
}
