package dev.whetstone.curation.stage.decontamination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecontaminationStageTest {
  private static final String FOURTEEN =
      "a train leaves berlin at nine and drives to munich with ninety kilometres an hour";

  private final LoopSpec spec = Specs.standard();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # suite item                  | prompt                                     | contaminated
          What is 3 plus 4?             | what is 3 plus 4                           | true
          What is 3 plus 4?             | Hello, what is 3 plus 4? Thanks            | true
          What is 3 plus 4?             | What is 3 plus 5?                          | false
          Hello, what is 3 plus 4 then? | What is 3 plus 4                           | true
          Thanks                        | Thanks                                     | true
          Thanks                        | Thanks, and when do you open?              | false
          When do you open on Monday?   | When do you close on Monday?               | false
          """)
  void shouldCompareWithSuitesByNgrams(String item, String prompt, boolean contaminated) {
    Example example = Samples.sft(prompt, "answer");

    Map<String, String> dropped = dropped(List.of(example), List.of(item), List.of(), List.of());

    assertThat(dropped).isEqualTo(contaminated ? Map.of(example.id(), "contaminated") : Map.of());
  }

  @Test
  void shouldSeeThirteenSharedWordsInLongerPrompts() {
    Example copied = Samples.sft("Solve this: " + FOURTEEN + ", when does it arrive?", "noon");
    Example changed =
        Samples.sft(FOURTEEN.replace("munich", "hamburg") + ", when does it arrive?", "noon");

    assertThat(
            dropped(
                List.of(copied, changed),
                List.of("Exam. " + FOURTEEN + ". Where is it at ten?"),
                List.of(),
                List.of()))
        .containsOnlyKeys(copied.id());
  }

  @Test
  void shouldSeeLongPromptsThatAreWordedAlmostAlike() {
    String text =
        "one two three four five six seven eight nine ten eleven twelve X thirteen fourteen fifteen"
            + " sixteen seventeen eighteen nineteen twenty twentyone twentytwo twentythree Y"
            + " twentyfour twentyfive twentysix twentyseven twentyeight twentynine thirty thirtyone"
            + " thirtytwo thirtythree thirtyfour thirtyfive thirtysix";
    Example near = Samples.sft(text.replace("X", "p").replace("Y", "q"), "answer");

    assertThat(dropped(List.of(near), List.of(text), List.of(), List.of()))
        .containsOnlyKeys(near.id());
  }

  @Test
  void shouldNotCountWhatIsCommonInInteractions() {
    Example example =
        Samples.sft("Hello again, what are your opening hours? I come by bus.", "Nine to six.");
    List<SuiteItem> suite = List.of(item("What are your opening hours?"));

    assertThat(decide(List.of(example), context(suite, asked(21), List.of(), List.of()))).isEmpty();
    assertThat(decide(List.of(example), context(suite, asked(20), List.of(), List.of())))
        .hasSize(1);
  }

  /** A very common prompt is in both test and train; it must not be learned from train. */
  @Test
  void shouldSeeAWholePromptHoweverManyAskIt() {
    Example example = Samples.sft("what are your opening hours", "Nine to six.");
    List<SuiteItem> suite = List.of(item("What are your opening hours?"));

    assertThat(decide(List.of(example), context(suite, asked(500), List.of(), List.of())))
        .hasSize(1);
  }

  /** Boilerplate that both share must not hide that the rest is almost the same, too. */
  @Test
  void shouldSeeWordingThatIsAlmostAlikeBesideWhatIsCommon() {
    String common = "please answer in one sentence and do not mention the order number at all";
    String text =
        common
            + " where did the old red bicycle of my neighbour from the small green house with two"
            + " doors go X after the long parade through our town";
    Example near = Samples.sft(text.replace("X", "yesterday"), "answer");
    List<SuiteItem> suite = List.of(item(text.replace("X", "today")));
    var often =
        InteractionStatistics.ofPrompts(Collections.nCopies(500, text.replace("X", "ever")));

    assertThat(decide(List.of(near), context(suite, often, List.of(), List.of()))).hasSize(1);
  }

  private static InteractionStatistics asked(int times) {
    return InteractionStatistics.ofPrompts(
        Collections.nCopies(times, "what are your opening hours"));
  }

  @ParameterizedTest
  @CsvSource({"400, 20", "20000, 20", "21000, 21", "100000, 100"})
  void shouldGrowBoilerplateWithTraffic(long interactions, long most) {
    assertThat(
            DecontaminationStage.boilerplate(
                spec.spec().curation().decontamination(), interactions))
        .isEqualTo(most);
  }

  /** Of two unsealed splits that meet, the more held-out one stays. */
  @ParameterizedTest
  @CsvSource({
    "TRAIN, TEST, TRAIN",
    "TRAIN, VALIDATION, TRAIN",
    "VALIDATION, TEST, VALIDATION",
    "TRAIN, TRAIN, ",
    "TEST, TEST, "
  })
  void shouldKeepSplitsApartInACut(Split one, Split other, Split dropped) {
    Example first = Samples.sft("Where is my blue kettle now?", "a", Samples.by("a", one));
    Example second = Samples.sft("Where is my blue kettle now?", "b", Samples.by("b", other));

    Map<String, String> found = dropped(List.of(first, second), List.of(), List.of(), List.of());

    if (dropped == null) {
      assertThat(found).isEmpty();
    } else {
      Example expected = first.provenance().split() == dropped ? first : second;
      assertThat(found).isEqualTo(Map.of(expected.id(), "split-bridge"));
    }
  }

  @ParameterizedTest
  @CsvSource({"TRAIN, true", "VALIDATION, true", "TEST, false"})
  void shouldKeepTheSealedExample(Split sealedSplit, boolean dropped) {
    Example sealed = Samples.sft("Where is my blue kettle now?", "a", Samples.by("a", sealedSplit));
    Example fresh = Samples.sft("where is my blue kettle, now", "b", Samples.by("b", Split.TEST));

    assertThat(dropped(List.of(fresh), List.of(), List.of(sealed), List.of()))
        .hasSize(dropped ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({"TRAIN, TEST, true", "TEST, TRAIN, false"})
  void shouldKeepClearOfWhatWaitsInStrongerSplits(Split own, Split waiting, boolean dropped) {
    Example other = Samples.sft("Where is my blue kettle now?", "a", Samples.by("a", waiting));
    Example fresh = Samples.sft("where is my blue kettle, now", "b", Samples.by("b", own));

    assertThat(dropped(List.of(fresh), List.of(), List.of(), List.of(other)))
        .hasSize(dropped ? 1 : 0);
  }

  @Test
  void shouldDoNothingWhenSwitchedOff() {
    var off = Specs.with("  curation: {decontamination: {enabled: false}}\n");
    var context =
        new CutContext(
            off,
            List.of(),
            List.of(),
            List.of(item("What is 3 plus 4?")),
            InteractionStatistics.none(),
            List.of(),
            List.of(),
            1);

    assertThat(
            new DecontaminationStage()
                .decide(List.of(Samples.sft("What is 3 plus 4?", "7")), context))
        .isEmpty();
  }

  private Map<String, String> dropped(
      List<Example> examples, List<String> items, List<Example> sealed, List<Example> others) {
    List<SuiteItem> suite = items.stream().map(DecontaminationStageTest::item).toList();
    return decide(examples, context(suite, InteractionStatistics.none(), sealed, others));
  }

  private static Map<String, String> decide(List<Example> examples, CutContext context) {
    Map<String, String> dropped = new TreeMap<>();
    for (CutJudgement one : new DecontaminationStage().decide(examples, context)) {
      dropped.put(one.exampleId(), ((StageJudgement.Reject) one.judgement()).reason());
    }
    return dropped;
  }

  private CutContext context(
      List<SuiteItem> suite,
      InteractionStatistics interactions,
      List<Example> sealed,
      List<Example> others) {
    return new CutContext(spec, sealed, List.of(), suite, interactions, others, List.of(), 1);
  }

  private static SuiteItem item(String prompt) {
    return new SuiteItem(
        "item-" + prompt.hashCode(), List.of(ChatMessage.user(prompt)), null, null, null, null);
  }
}
