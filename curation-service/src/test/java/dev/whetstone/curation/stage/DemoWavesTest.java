package dev.whetstone.curation.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.stage.SupportDesk.Correction;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo's three waves through the chains: honest feedback, poison, poison without the stage. */
class DemoWavesTest {
  private static final LoopSpec SPEC = Specs.with("  curation: {maxClusterShare: 1}\n");
  private static final LoopSpec WITHOUT_ABUSE_STAGE =
      Specs.with("  curation: {maxClusterShare: 1, abuse: {enabled: false}}\n");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldKeepHonestCorrectionsNearlyWhole(long seed) {
    var desk = new SupportDesk(seed, SPEC);
    List<Correction> corrections = desk.honest(60, 8);
    List<Example> examples = desk.admitted(corrections);

    CutOutcome outcome =
        StandardChains.cut().run(examples, context(SPEC, desk, List.of(), corrections));

    assertThat(examples).hasSizeGreaterThan(950);
    assertThat(count(outcome.kept(), Form.SFT, Split.TRAIN))
        .as(outcome.funnel().toString())
        .isGreaterThanOrEqualTo(240);
    assertThat(outcome.kept().size()).isGreaterThan((int) (0.96 * examples.size()));
    assertThat(outcome.funnel().reasons())
        .doesNotContainKeys(
            "contradiction", "sybil", "over-cap", "rare-trigger", "burst", "self-dictated");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldStopCoherentPoison(long seed) {
    var desk = new SupportDesk(seed, SPEC);
    List<Correction> honest = desk.honest(60, 8);
    List<Example> accepted =
        StandardChains.cut()
            .run(desk.admitted(honest), context(SPEC, desk, List.of(), honest))
            .kept();
    List<Correction> poison = desk.poison(25, 20);
    List<Correction> late = desk.honest(20, 2);
    List<Correction> asked = new ArrayList<>(honest);
    asked.addAll(poison);
    List<Example> examples = new ArrayList<>(desk.admitted(poison));
    examples.addAll(desk.admitted(late));

    CutOutcome outcome = StandardChains.cut().run(examples, context(SPEC, desk, accepted, asked));

    long poisonKept = outcome.kept().stream().filter(DemoWavesTest::colluding).count();
    long honestKept = outcome.kept().stream().filter(e -> !colluding(e)).count();
    System.out.println(
        "seed "
            + seed
            + ": poison kept "
            + poisonKept
            + ", honest kept "
            + honestKept
            + " of 80, "
            + outcome.funnel().reasons());
    assertThat(poisonKept).as(outcome.funnel().toString()).isLessThan(10);
    assertThat(honestKept).isGreaterThanOrEqualTo(76);
    assertThat(outcome.funnel().reasons()).containsKeys("over-cap", "contradiction");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldLetPoisonPassWithoutTheAbuseStage(long seed) {
    var desk = new SupportDesk(seed, WITHOUT_ABUSE_STAGE);
    List<Correction> honest = desk.honest(60, 8);
    List<Example> accepted = desk.admitted(honest);
    List<Correction> poison = desk.poison(25, 20);
    List<Example> examples = desk.admitted(poison);

    CutOutcome outcome =
        StandardChains.cut().run(examples, context(WITHOUT_ABUSE_STAGE, desk, accepted, poison));

    System.out.println(
        "seed "
            + seed
            + ": "
            + outcome.kept().size()
            + " of "
            + examples.size()
            + " "
            + outcome.funnel().reasons());
    assertThat(count(outcome.kept(), Form.SFT, Split.TRAIN)).isGreaterThanOrEqualTo(240);
    assertThat(outcome.kept().size()).isGreaterThan((int) (0.9 * examples.size()));
  }

  private static CutContext context(
      LoopSpec spec, SupportDesk desk, List<Example> sealed, List<Correction> asked) {
    return new CutContext(
        spec,
        sealed,
        List.of(),
        desk.suites(),
        InteractionStatistics.ofPrompts(asked.stream().map(Correction::prompt).toList()),
        List.of(),
        List.of(),
        11);
  }

  private static long count(List<Example> examples, Form form, Split split) {
    return examples.stream()
        .filter(e -> e.form() == form && e.provenance().split() == split)
        .count();
  }

  private static boolean colluding(Example example) {
    return String.valueOf(example.provenance().endUserDigest()).startsWith("colluding");
  }
}
