package dev.whetstone.curation.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.InteractionStatistics;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Hello, World!       | hello world
          can't stop          | can t stop
          RET-1234            | ret 1234
          Ｆｕｌｌ width        | full width
          naïve café          | naïve café
          नमस्ते दुनिया          | नमस्ते दुनिया
          ...                 | ''
          """)
  void shouldReadWordsAsComparisonsSeeThem(String text, String words) {
    assertThat(Tokenization.normal(text)).isEqualTo(words);
  }

  @Test
  void shouldIdentifyAnExampleByItsContentAlone() {
    Example one = Samples.sft("ask", "tell", Samples.by("ann"));
    Example other = Samples.sft("ask", "tell", Samples.by("bob")).withScore("quality", 0.3);

    assertThat(one.id()).isEqualTo(other.id()).matches("[0-9a-f]{64}");
    assertThat(Samples.sft("ask", "tell it").id()).isNotEqualTo(one.id());
    assertThat(Samples.thumb("ask", "tell", true, Samples.by("ann")).id())
        .isNotEqualTo(Samples.thumb("ask", "tell", false, Samples.by("ann")).id());
    assertThat(
            Example.sft(
                    one.prompt(), one.answer(), List.of(Map.of("b", 1, "a", 2)), Samples.by("x"))
                .id())
        .isEqualTo(
            Example.sft(
                    one.prompt(), one.answer(), List.of(Map.of("a", 2, "b", 1)), Samples.by("x"))
                .id());
  }

  @Test
  void shouldRefuseAnExampleThatLacksItsForm() {
    Example good = Samples.sft("ask", "tell");
    assertThatThrownBy(
            () ->
                new Example(
                    good.id(),
                    Form.PREFERENCE,
                    good.prompt(),
                    good.completion(),
                    null,
                    null,
                    null,
                    null,
                    good.provenance(),
                    Map.of(),
                    Map.of(),
                    List.of(),
                    1))
        .hasMessageContaining("preference");
  }

  @Test
  void shouldStopAtTheStageThatDrops() {
    AdmissionStage shout =
        stage(
            "shout",
            e ->
                new StageJudgement.Changed(
                    e.mapMessages(m -> m.withContent(m.content() + "!")), "shouted"));
    AdmissionStage drop = stage("drop", _ -> new StageJudgement.Reject("because", "of it"));
    AdmissionStage never =
        stage(
            "never",
            _ -> {
              throw new AssertionError("not reached");
            });

    AdmissionOutcome outcome =
        new AdmissionChain(List.of(shout, drop, never))
            .run(Samples.sft("ask", "tell"), Samples.admission(Specs.standard()));

    assertThat(outcome.admitted()).isFalse();
    assertThat(outcome.stage()).isEqualTo("drop");
    assertThat(outcome.example().prompt()).containsExactly(ChatMessage.user("ask!"));
    assertThat(outcome.steps())
        .containsExactly(
            new AdmissionStep("shout", "changed", "shouted"),
            new AdmissionStep("drop", "reject", "because"));
  }

  @Test
  void shouldCountTheFunnelOfACut() {
    List<Example> examples =
        List.of(Samples.sft("a", "1"), Samples.sft("b", "2"), Samples.sft("c", "3"));
    CutStage rejectFirst =
        cutStage(
            "first",
            some ->
                List.of(
                    new CutJudgement(some.getFirst().id(), new StageJudgement.Reject("why", "so")),
                    new CutJudgement(
                        some.getLast().id(),
                        new StageJudgement.Changed(some.getLast().withSampleWeight(2), "up"))));
    CutStage quarantineAll =
        cutStage(
            "second",
            some ->
                some.stream()
                    .filter(e -> e.sampleWeight() < 2)
                    .map(e -> new CutJudgement(e.id(), new StageJudgement.Quarantine("odd", "so")))
                    .toList());

    CutOutcome outcome =
        new CutChain(List.of(rejectFirst, quarantineAll))
            .run(examples, Samples.cut(Specs.standard()));

    assertThat(outcome.kept()).hasSize(1).allMatch(e -> e.sampleWeight() == 2);
    assertThat(outcome.dropped())
        .extracting(DroppedExample::stage)
        .containsExactlyInAnyOrder("first", "second");
    assertThat(outcome.funnel().stages())
        .containsExactly(
            new StageCount("first", 3, 2, Map.of("why", 1)),
            new StageCount("second", 2, 1, Map.of("odd", 1)));
    assertThat(outcome.funnel().reasons()).isEqualTo(Map.of("why", 1, "odd", 1));
  }

  @Test
  void shouldRefuseAStageThatJudgesStrangers() {
    CutStage wrong =
        cutStage("wrong", _ -> List.of(new CutJudgement("stranger", StageJudgement.keep())));

    assertThatThrownBy(
            () ->
                new CutChain(List.of(wrong))
                    .run(List.of(Samples.sft("a", "1")), Samples.cut(Specs.standard())))
        .hasMessageContaining("wrong")
        .hasMessageContaining("stranger");
  }

  @Test
  void shouldCountDocumentsThatHoldAnNgram() {
    var statistics =
        InteractionStatistics.ofPrompts(
            List.of("When do you open?", "when do you CLOSE", "do you, do you?"));

    assertThat(statistics.interactions()).isEqualTo(3);
    assertThat(statistics.documents(Set.of("do you", "when do you", "never")))
        .isEqualTo(Map.of("do you", 3, "when do you", 2, "never", 0));
    assertThat(InteractionStatistics.none().documents(Set.of("a"))).isEqualTo(Map.of("a", 0));
  }

  private static AdmissionStage stage(
      String name, java.util.function.Function<Example, StageJudgement> rule) {
    return new AdmissionStage() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public StageJudgement judge(Example example, AdmissionContext context) {
        return rule.apply(example);
      }
    };
  }

  private static CutStage cutStage(
      String name, java.util.function.Function<List<Example>, List<CutJudgement>> rule) {
    return new CutStage() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<CutJudgement> decide(List<Example> examples, CutContext context) {
        return rule.apply(examples);
      }
    };
  }
}
