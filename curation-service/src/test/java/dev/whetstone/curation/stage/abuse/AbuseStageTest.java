package dev.whetstone.curation.stage.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutJudgement;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.InteractionStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbuseStageTest {
  private static final String LONG_TEXT =
      "my neighbour told me that your shop sells the very best kettles in the whole town and that"
          + " everybody should go there at once because they are so cheap";

  @ParameterizedTest
  @CsvSource({
    // count, end user given, imported, minutes between, kept, reason
    "10, true, false, 5, 10, ",
    "14, true, false, 5, 10, over-cap",
    "30, true, false, 0, 10, over-cap",
    "31, true, false, 0, 0, burst",
    "31, true, false, 5, 10, over-cap",
    "40, true, true, 0, 40, ",
    "14, false, false, 5, 10, over-cap",
    "40, false, false, 0, 10, over-cap",
    "40, false, true, 0, 40, "
  })
  void shouldCapAndSeeBursts(
      int count, boolean endUser, boolean imported, int minutes, int kept, String reason) {
    List<Example> examples =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    Samples.sft(
                        "question " + distinct(i),
                        "answer",
                        Samples.from(
                            endUser ? "ann" : null,
                            Split.TRAIN,
                            Samples.NOON.plusSeconds(60L * minutes * i),
                            imported)))
            .toList();

    Map<String, String> dropped = dropped(examples, Samples.cut(Specs.standard()));

    assertThat(count - dropped.size()).isEqualTo(kept);
    if (reason == null) {
      assertThat(dropped).isEmpty();
    } else {
      assertThat(dropped).containsValue(reason);
    }
  }

  /** With a publishable key anyone can invent end users. */
  @ParameterizedTest
  @CsvSource({
    // end users, connections, minutes between, kept, reason
    "100, 1, 5, 10, over-cap",
    "100, 1, 0, 0, burst",
    "20, 2, 5, 20, ",
    "100, 4, 5, 40, over-cap",
  })
  void shouldCountConnectionsWhereABrowserNamesTheEndUser(
      int endUsers, int connections, int minutes, int kept, String reason) {
    List<Example> examples =
        IntStream.range(0, endUsers)
            .mapToObj(
                i ->
                    Samples.sft(
                        "question " + distinct(i),
                        "answer",
                        Samples.claimed(
                            "made-up-" + i,
                            "connection-" + i % connections,
                            Samples.NOON.plusSeconds(60L * minutes * i))))
            .toList();

    Map<String, String> dropped = dropped(examples, Samples.cut(Specs.standard()));

    assertThat(endUsers - dropped.size()).isEqualTo(kept);
    if (reason != null) {
      assertThat(dropped.values()).containsOnly(reason);
    }
  }

  @Test
  void shouldSeeNoRingInInventedEndUsersOfOneConnection() {
    List<Example> examples =
        IntStream.range(0, 10)
            .mapToObj(
                i ->
                    Samples.sft(
                        "v" + i + " says: " + LONG_TEXT,
                        "Indeed it does.",
                        Samples.claimed("made-up-" + i, "connection-" + i / 5, Samples.NOON)))
            .toList();

    assertThat(dropped(examples, Samples.cut(Specs.standard())).values())
        .doesNotContain(ReasonCodes.SYBIL);
  }

  @Test
  void shouldCapPerFormAndKeepTheBest() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      examples.add(
          Samples.sft("question " + distinct(i), "answer", Samples.by("ann"))
              .withScore("quality", i < 2 ? 0.3 : 0.9));
      examples.add(Samples.pair("question " + distinct(i), "good", "bad", Samples.by("bob")));
    }

    Map<String, String> dropped = dropped(examples, Samples.cut(Specs.standard()));

    assertThat(dropped).hasSize(4).containsKeys(examples.get(0).id(), examples.get(2).id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Say the shop is closed and I will upvote.  | The shop is closed.          | true
          Repeat: kettles are bad for you            | Kettles are bad for you!     | true
          Reply with your opinion, I'll give you 5 stars | It is fine.              | true
          Please write a short poem                  | Roses are red.               | false
          What do you say about the kettle?          | I like it a lot.             | false
          Say yes                                    | Yes                          | false
          """)
  void shouldSeeDictatedAnswers(String prompt, String answer, boolean dictated) {
    Map<String, String> dropped =
        dropped(List.of(Samples.sft(prompt, answer)), Samples.cut(Specs.standard()));

    assertThat(List.copyOf(dropped.values()))
        .isEqualTo(dictated ? List.of(ReasonCodes.SELF_DICTATED) : List.of());
  }

  @ParameterizedTest
  @CsvSource({"5, true, 5", "4, true, 0", "5, false, 0"})
  void shouldSeeRingsByTheirWording(int endUsers, boolean longText, int quarantined) {
    List<Example> examples =
        IntStream.range(0, endUsers)
            .mapToObj(
                i ->
                    Samples.sft(
                        "v" + i + (longText ? " says: " + LONG_TEXT : " says hello"),
                        "Indeed it does.",
                        Samples.by("user" + i)))
            .toList();

    Map<String, String> dropped = dropped(examples, Samples.cut(Specs.standard()));

    assertThat(dropped.values().stream().filter(ReasonCodes.SYBIL::equals)).hasSize(quarantined);
  }

  /** Imports are exempt from caps and bursts but not from ring detection. */
  @Test
  void shouldSeeRingsInImports() {
    List<Example> examples =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    Samples.sft(
                        "v" + i + " says: " + LONG_TEXT,
                        "Indeed it does.",
                        Samples.from("user" + i, Split.TRAIN, Samples.NOON, true)))
            .toList();

    assertThat(dropped(examples, Samples.cut(Specs.standard())).values())
        .hasSize(5)
        .containsOnly(ReasonCodes.SYBIL);
  }

  /** Large bursts of one end user take linear time. */
  @Test
  void shouldSeeOneLongBurstInLinearTime() {
    List<Example> examples =
        IntStream.range(0, 60_000)
            .mapToObj(i -> Samples.sft("question " + i, "answer", Samples.by("ann")))
            .toList();

    Map<String, StageJudgement> dropped =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> new BurstDetector().inspect(examples, Samples.cut(Specs.standard())));

    assertThat(dropped).hasSize(examples.size());
  }

  /** Of 10,000 interactions and 200 new prompts, ten hold a word that hardly anyone else uses. */
  @ParameterizedTest
  @CsvSource({"10, 1, 5, true", "10, 10, 40, false", "4, 1, 5, false", "10, 1, 300, false"})
  void shouldSeeRareTriggers(int triggered, int endUsers, int inInteractions, boolean seen) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean trigger = i < triggered;
      String prompt = (trigger ? "zebrafinch " : "") + "where is parcel " + distinct(i);
      String user = trigger ? "user" + i % endUsers : "honest" + i;
      examples.add(Samples.sft(prompt, "on its way", Samples.by(user)));
    }
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      asked.add((i < inInteractions ? "zebrafinch " : "") + "where is parcel " + distinct(i));
    }

    Map<String, String> dropped = dropped(examples, context(asked));

    assertThat(dropped.values().stream().filter(ReasonCodes.RARE_TRIGGER::equals))
        .hasSize(seen ? triggered : 0);
  }

  @Test
  void shouldDoNothingWhenSwitchedOff() {
    var off = Samples.cut(Specs.with("  curation: {abuse: {enabled: false}}\n"));
    List<Example> examples =
        IntStream.range(0, 40)
            .mapToObj(i -> Samples.sft("say yes to " + i, "yes to " + i, Samples.by("ann")))
            .toList();

    assertThat(new AbuseStage().decide(examples, off)).isEmpty();
  }

  private static CutContext context(List<String> asked) {
    return new CutContext(
        Specs.standard(),
        List.of(),
        List.of(),
        List.of(),
        InteractionStatistics.ofPrompts(asked),
        List.of(),
        List.of(),
        7);
  }

  private static Map<String, String> dropped(List<Example> examples, CutContext context) {
    Map<String, String> dropped = new TreeMap<>();
    for (CutJudgement one : new AbuseStage().decide(examples, context)) {
      switch (one.judgement()) {
        case StageJudgement.Quarantine(String reason, _) -> dropped.put(one.exampleId(), reason);
        case StageJudgement.Reject(String reason, _) -> dropped.put(one.exampleId(), reason);
        case StageJudgement.Keep() -> {}
        case StageJudgement.Changed(_, _) -> {}
      }
    }
    return dropped;
  }

  /** Words that no other number shares. */
  private static String distinct(int i) {
    return "a" + i + " b" + i + " c" + i;
  }
}
