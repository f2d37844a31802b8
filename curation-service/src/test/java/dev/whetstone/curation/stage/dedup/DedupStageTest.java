package dev.whetstone.curation.stage.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DedupStageTest {
  private static final String LONG =
      "I bought this kettle for my grandmother in the spring and since last week it does not switch"
          + " off any more when the water boils, what should I do with it now?";

  private final LoopSpec spec = Specs.standard();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          When do you open?  | At nine. | when do you open   | at NINE    | true
          When do you open?  | At nine. | When do you open?  | At ten.    | false
          When do you open?  | At nine. | When do you close? | At nine.   | false
          Order 12. Kettle?  | Ships.   | Order 13. Kettle?  | Ships.     | false
          """)
  void shouldCompareShortTextsExactly(
      String prompt, String answer, String otherPrompt, String otherAnswer, boolean duplicate) {
    Map<String, StageJudgement> dropped =
        dropped(List.of(Samples.sft(prompt, answer), Samples.sft(otherPrompt, otherAnswer)));

    assertThat(dropped).hasSize(duplicate ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          grandmother     | grandfather         | true
          kettle          | toaster             | true
          what should I do with it now | please tell me how to send it back | false
          """)
  void shouldCompareLongTextsByTheirWording(String from, String to, boolean duplicate) {
    Example first = Samples.sft(LONG, "Please send it back to us and we replace it for free.");
    Example second =
        Samples.sft(
            LONG.replace(from, to), "Please send it back to us and we replace it for free.");

    assertThat(dropped(List.of(first, second))).hasSize(duplicate ? 1 : 0);
  }

  @Test
  void shouldKeepTheBetterScoredAndWhatIsSealed() {
    Example good = Samples.sft("Open?", "At nine.").withScore("quality", 0.9);
    Example poor = Samples.sft("OPEN?", "at nine").withScore("quality", 0.4);

    assertThat(dropped(List.of(poor, good))).containsOnlyKeys(poor.id());
    assertThat(dropped(List.of(good), List.of(poor))).containsOnlyKeys(good.id());
  }

  @Test
  void shouldKeepFormsAndLabelsApart() {
    Example liked = Samples.thumb("Open?", "At nine.", true, Samples.by("a"));
    Example disliked = Samples.thumb("Open?", "At nine.", false, Samples.by("b"));
    Example taught = Samples.sft("Open?", "At nine.");

    assertThat(dropped(List.of(liked, disliked, taught))).isEmpty();
  }

  @Test
  void shouldRememberHowManyEndUsersCopied() {
    Example first = Samples.sft(LONG, "Send it back.", Samples.by("a")).withScore("quality", 1);
    Example second = Samples.sft(LONG + " Hm.", "Send it back.", Samples.by("b"));
    Example third = Samples.sft(LONG + " Oh.", "Send it back.", Samples.by("c"));

    List<CutJudgement> judgements =
        new DedupStage().decide(List.of(first, second, third), Samples.cut(spec));

    Example kept =
        judgements.stream()
            .map(CutJudgement::judgement)
            .filter(StageJudgement.Changed.class::isInstance)
            .map(changed -> ((StageJudgement.Changed) changed).example())
            .findFirst()
            .orElseThrow();
    assertThat(kept.id()).isEqualTo(first.id());
    assertThat(CopyCounts.contributors(kept)).isEqualTo(3);
  }

  @Test
  void shouldDoNothingWhenSwitchedOff() {
    var off = Samples.cut(Specs.with("  curation: {dedup: {enabled: false}}\n"));
    List<Example> twice = List.of(Samples.sft("Open?", "At nine."), Samples.sft("open", "at nine"));

    assertThat(new DedupStage().decide(twice, off)).isEmpty();
  }

  private Map<String, StageJudgement> dropped(List<Example> examples) {
    return dropped(examples, List.of());
  }

  private Map<String, StageJudgement> dropped(List<Example> examples, List<Example> sealed) {
    CutContext context = Samples.cut(spec, sealed);
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (CutJudgement one : new DedupStage().decide(examples, context)) {
      if (one.judgement() instanceof StageJudgement.Reject(String reason, _)) {
        assertThat(reason).isIn(ReasonCodes.DUPLICATE, ReasonCodes.NEAR_DUPLICATE);
        dropped.put(one.exampleId(), one.judgement());
      }
    }
    return dropped;
  }

  /** A person can look up the id of feedback, but not the id of an example. */
  @Test
  void shouldNameTheFeedbackOfTheOriginal() {
    Example first = of("first", "When do you open?");
    Example second = of("second", "when do you open");

    List<CutJudgement> judgements =
        new DedupStage().decide(List.of(second), Samples.cut(Specs.standard(), List.of(first)));

    assertThat(judgements)
        .extracting(CutJudgement::judgement)
        .containsExactly(
            new StageJudgement.Reject("duplicate", "has the same words as feedback app/first"));
  }

  private static Example of(String feedback, String prompt) {
    Example example = Samples.sft(prompt, "At nine.");
    Provenance by = example.provenance();
    return example.withProvenance(
        new Provenance(
            by.loop(),
            by.split(),
            by.conversationId(),
            by.endUserDigest(),
            by.application(),
            by.imported(),
            by.sourceType(),
            List.of(Samples.key("interaction"), Samples.key(feedback)),
            by.tags(),
            by.servedAnswer(),
            by.receivedAt(),
            by.synthetic()));
  }
}
