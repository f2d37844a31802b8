package dev.whetstone.curation.stage.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalanceStageTest {
  /** Four topics; the first is the large one. */
  @ParameterizedTest
  @CsvSource({
    // large, each other, share, kept of the large one
    "40, 10, 1.0, 40",
    "40, 10, 0.4, 20",
    "40, 10, 0.25, 10",
    "12, 10, 0.4, 12",
    "40, 10, 0.2, 40"
  })
  void shouldCapATopic(int large, int other, double share, int kept) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < large; i++) {
      examples.add(tagged("large", i, Split.TRAIN));
    }
    for (int topic = 0; topic < 3; topic++) {
      for (int i = 0; i < other; i++) {
        examples.add(tagged("other" + topic, i, Split.TRAIN));
      }
    }

    List<CutJudgement> dropped = new BalanceStage().decide(examples, context(share, "", List.of()));

    assertThat(large - dropped.size()).isEqualTo(kept);
  }

  @Test
  void shouldLeaveHeldOutExamplesAlone() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      examples.add(tagged("large", i, Split.TEST));
      examples.add(tagged("other" + i % 4, i, Split.TRAIN));
    }

    assertThat(new BalanceStage().decide(examples, context(0.3, "", List.of()))).isEmpty();
  }

  @Test
  void shouldKeepWeakSlicesAndTagsThatMustBeCovered() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String second = i < 3 ? "weak" : i < 6 ? "german" : "usual";
      Provenance provenance = Samples.tagged(Samples.by("u" + i), "large", second);
      examples.add(Samples.sft("q" + i, "a", provenance));
    }
    for (int i = 0; i < 30; i++) {
      examples.add(tagged("other" + i % 3, i, Split.TRAIN));
    }
    var context = context(0.25, "[german]", List.of(weak("weak", 0.1)));

    List<String> dropped =
        new BalanceStage().decide(examples, context).stream().map(CutJudgement::exampleId).toList();

    assertThat(dropped).hasSize(30);
    assertThat(examples.subList(0, 6)).noneMatch(e -> dropped.contains(e.id()));
  }

  @Test
  void shouldFindTopicsInWordingWhereThereAreNoTags() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      examples.add(Samples.sft("please tell me the delivery time of parcel " + i, "soon"));
    }
    String[] others = {
      "cancel my subscription now", "where is the invoice copy", "my screen shows a crack"
    };
    for (int i = 0; i < 30; i++) {
      examples.add(Samples.sft(others[i % 3] + " " + i, "ok"));
    }

    Map<String, String> topics = TopicGrouping.of(examples);

    assertThat(topics.values().stream().distinct()).hasSize(4);
    assertThat(new BalanceStage().decide(examples, context(0.3, "", List.of()))).hasSize(18);
  }

  @ParameterizedTest
  @CsvSource({"0.8, usual, 1.0", "0.8, weak, 1.45", "0.08, usual, 0.25", "2.0, weak, 2.0"})
  void shouldWeighByQualityAndFindings(double quality, String tag, double weight) {
    List<Example> examples = new ArrayList<>();
    Example asked =
        Samples.sft("q", "a", Samples.tagged(Samples.by("x"), tag)).withScore("quality", quality);
    examples.add(asked);
    for (int i = 0; i < 2000; i++) {
      examples.add(tagged("usual", i, Split.TRAIN).withScore("quality", 0.8));
    }
    examples.add(tagged("usual", 9000, Split.TEST).withScore("quality", 0.1));

    Map<String, Example> changed = new TreeMap<>();
    for (CutJudgement one :
        new FindingsStage().decide(examples, context(1, "", List.of(weak("weak", 0.1))))) {
      changed.put(one.exampleId(), ((StageJudgement.Changed) one.judgement()).example());
    }

    Example weighed = changed.getOrDefault(asked.id(), asked);
    assertThat(weighed.sampleWeight())
        .isCloseTo(weight, org.assertj.core.api.Assertions.within(0.01));
    assertThat(changed).doesNotContainKey(examples.getLast().id());
  }

  @Test
  void shouldLimitWhatATeacherWrote() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      examples.add(tagged("usual", i, Split.TRAIN));
    }
    for (int i = 0; i < 50; i++) {
      examples.add(synthetic(i, Split.TRAIN));
    }
    examples.add(synthetic(99, Split.TEST));

    List<CutJudgement> dropped = new SynthesisStage().decide(examples, context(1, "", List.of()));

    assertThat(dropped).hasSize(21).anyMatch(j -> j.exampleId().equals(examples.getLast().id()));
  }

  private static Example tagged(String tag, int i, Split split) {
    return Samples.sft(
        tag + " question " + i, "answer", Samples.tagged(Samples.by("u" + i, split), tag));
  }

  private static Example synthetic(int i, Split split) {
    Provenance base = Samples.by(null, split);
    return Samples.sft(
        "synthetic " + i,
        "answer",
        new Provenance(
            base.loop(),
            split,
            null,
            null,
            "teacher",
            false,
            base.sourceType(),
            List.of(),
            List.of(),
            null,
            base.receivedAt(),
            true));
  }

  private static WeakSlice weak(String slice, double score) {
    return new WeakSlice(slice, 20, score, List.of());
  }

  private static CutContext context(double share, String mustCover, List<WeakSlice> findings) {
    String cover = mustCover.isEmpty() ? "[]" : mustCover;
    LoopSpec spec =
        Specs.with("  curation: {maxClusterShare: " + share + ", mustCover: " + cover + "}\n");
    return new CutContext(
        spec,
        List.of(),
        List.of(),
        List.of(),
        InteractionStatistics.none(),
        List.of(),
        findings,
        3);
  }
}
