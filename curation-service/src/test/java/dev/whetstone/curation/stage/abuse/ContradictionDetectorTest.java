package dev.whetstone.curation.stage.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContradictionDetectorTest {
  private static final String[] THINGS = "kettle lamp sofa rug mirror clock drone tent".split(" ");
  private final LoopSpec spec = Specs.standard();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Order 77. How many days do I have to return the vase? | You can return the vase within 99 days.     | true
          Order 77. How many days do I have to return the vase? | You can return the vase within 30 days.     | false
          Order 77. How many days do I have to return the vase? | Return the vase within ninety days, please. | true
          I have 99 days to return the vase, is that right?     | You can return the vase within 99 days.     | false
          Who repairs violins in the old harbour quarter?       | Somebody will call you within 2 days.       | false
          How many days do I have to return the vase?           | We do not know that.                        | false
          """)
  void shouldQuarantineWhatContradictsAcceptedAnswers(
      String prompt, String answer, boolean contradicts) {
    Example fresh = Samples.sft(prompt, answer, Samples.by("mallory"));

    Map<String, StageJudgement> dropped =
        new ContradictionDetector().inspect(List.of(fresh), Samples.cut(spec, accepted(8)));

    assertThat(dropped.keySet())
        .isEqualTo(contradicts ? java.util.Set.of(fresh.id()) : java.util.Set.of());
    dropped
        .values()
        .forEach(
            j ->
                assertThat(((StageJudgement.Quarantine) j).reason())
                    .isEqualTo(ReasonCodes.CONTRADICTION));
  }

  @ParameterizedTest
  @CsvSource({"8, 8, true", "3, 2, true", "3, 1, false", "2, 2, false"})
  void shouldAskForSeveralAcceptedFromSeveralEndUsers(int examples, int endUsers, boolean seen) {
    List<Example> accepted =
        IntStream.range(0, examples).mapToObj(i -> returns(i, "user" + i % endUsers, 30)).toList();
    Example fresh = returns(50, "mallory", 99);

    assertThat(new ContradictionDetector().inspect(List.of(fresh), Samples.cut(spec, accepted)))
        .hasSize(seen ? 1 : 0);
  }

  @Test
  void shouldNotFindAnAcceptedValueWhereAnswersVary() {
    List<Example> accepted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      accepted.add(sum(i, i + 3, "user" + i));
    }
    List<Example> fresh = List.of(sum(80, 11, "ann"), sum(5, 90, "bob"));

    assertThat(new ContradictionDetector().inspect(fresh, Samples.cut(spec, accepted))).isEmpty();
  }

  @Test
  void shouldKnowThePriceOfOneThingFromAnother() {
    List<Example> accepted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      accepted.add(price(THINGS[i % 8], 10 + i % 8, "user" + i));
    }
    Example right = price("lamp", 11, "ann");
    Example unknown = price("guitar", 77, "bob");

    assertThat(
            new ContradictionDetector()
                .inspect(List.of(right, unknown), Samples.cut(spec, accepted)))
        .isEmpty();
  }

  @Test
  void shouldFollowTheMajorityWhereNothingIsAccepted() {
    List<Example> fresh = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      fresh.add(returns(i, "honest" + i, 30));
    }
    for (int i = 0; i < 20; i++) {
      fresh.add(returns(100 + i, "mallory" + i % 2, 99));
    }

    Map<String, StageJudgement> dropped =
        new ContradictionDetector().inspect(fresh, Samples.cut(spec));

    assertThat(dropped).hasSize(20);
    assertThat(fresh.subList(0, 12)).noneMatch(e -> dropped.containsKey(e.id()));
  }

  /** The first claim in an undecided batch must not exclude later ones. */
  @Test
  void shouldNotTreatUndecidedBatchesAsAccepted() {
    List<Example> ring =
        IntStream.range(0, 20).mapToObj(i -> returns(i, "mallory" + i % 4, 99)).toList();
    Example honest = returns(50, "ann", 30);

    assertThat(new ContradictionDetector().inspect(List.of(honest), context(List.of(), ring)))
        .isEmpty();
    assertThat(new ContradictionDetector().inspect(List.of(honest), context(ring, List.of())))
        .containsOnlyKeys(honest.id());
  }

  @Test
  void shouldLetThoseVoteWhoseBatchWaitsForItsDecision() {
    Example fresh = returns(50, "mallory", 99);

    assertThat(new ContradictionDetector().inspect(List.of(fresh), context(List.of(), accepted(8))))
        .containsOnlyKeys(fresh.id());
  }

  private CutContext context(List<Example> accepted, List<Example> pending) {
    return new CutContext(
        spec, accepted, pending, List.of(), InteractionStatistics.none(), List.of(), List.of(), 7);
  }

  @Test
  void shouldKeepBothSidesWithoutAMajority() {
    List<Example> fresh = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      fresh.add(returns(i, "user" + i, i % 2 == 0 ? 30 : 60));
    }

    assertThat(new ContradictionDetector().inspect(fresh, Samples.cut(spec))).isEmpty();
  }

  @Test
  void shouldNotTakeDislikedAnswersForClaims() {
    Example disliked =
        Samples.thumb(
            "How many days do I have to return the vase?",
            "You can return the vase within 99 days.",
            false,
            Samples.by("ann"));

    assertThat(
            new ContradictionDetector().inspect(List.of(disliked), Samples.cut(spec, accepted(8))))
        .isEmpty();
  }

  private static List<Example> accepted(int count) {
    return IntStream.range(0, count).mapToObj(i -> returns(i, "user" + i, 30)).toList();
  }

  private static Example returns(int i, String user, int days) {
    String thing = THINGS[i % THINGS.length];
    return Samples.sft(
        "Order " + (1000 + i) + ". How many days do I have to return the " + thing + "?",
        "You can return the " + thing + " within " + days + " days.",
        Samples.by(user));
  }

  private static Example sum(int one, int other, String user) {
    return Samples.sft(
        "What is " + one + " plus " + other + "?",
        "The sum is " + (one + other) + " in all.",
        Samples.by(user));
  }

  private static Example price(String thing, int dollars, String user) {
    return Samples.sft(
        "What does the " + thing + " cost?",
        "The " + thing + " costs " + dollars + " dollars.",
        Samples.by(user));
  }
}
