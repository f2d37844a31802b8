package dev.whetstone.curation.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.AdmissionOutcome;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.text.InteractionStatistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CutPropertiesTest {
  private static final LoopSpec SPEC = Specs.with("  curation: {maxClusterShare: 0.5}\n");

  /** The same cut gives the same outcome, whatever the order of its inputs (invariant I9). */
  @Property(tries = 25)
  void shouldNotDependOnOrder(@ForAll long seed) {
    var random = new Random(seed);
    var desk = new SupportDesk(seed, SPEC);
    List<Example> sealed = desk.admitted(desk.honest(6, 3));
    List<Example> examples = new ArrayList<>(desk.admitted(desk.honest(8, 4)));
    examples.addAll(desk.admitted(desk.poison(3, 14)));
    examples.addAll(odd(random));
    List<Example> others = desk.admitted(desk.honest(4, 2));

    CutOutcome first = cut(examples, sealed, others);
    List<Example> shuffled = shuffled(examples, random);
    CutOutcome second = cut(shuffled, shuffled(sealed, random), shuffled(others, random));

    assertThat(second).isEqualTo(first);
    assertThat(first.kept().size() + first.dropped().size())
        .isEqualTo((int) examples.stream().map(Example::id).distinct().count());
  }

  /** Every example has one end: kept, or dropped with a reason. */
  @Property(tries = 25)
  void shouldGiveEveryExampleOneFate(@ForAll long seed) {
    var desk = new SupportDesk(seed, SPEC);
    List<Example> examples = desk.admitted(desk.poison(4, 13));

    CutOutcome outcome = cut(examples, List.of(), List.of());

    Set<String> ids = new HashSet<>();
    outcome.kept().forEach(e -> assertThat(ids.add(e.id())).isTrue());
    outcome.dropped().forEach(f -> assertThat(ids.add(f.exampleId())).isTrue());
    assertThat(outcome.dropped()).noneMatch(f -> f.judgement().passes());
    assertThat(outcome.kept()).allMatch(e -> e.sampleWeight() >= 0.25 && e.sampleWeight() <= 2);
    int in = outcome.funnel().stages().getFirst().in();
    int reasons = outcome.funnel().reasons().values().stream().mapToInt(n -> n).sum();
    assertThat(in - reasons).isEqualTo(outcome.kept().size());
  }

  /** What admission has passed it passes again unchanged. */
  @Property(tries = 50)
  void shouldAdmitWhatItAdmittedUnchanged(@ForAll String prompt, @ForAll String answer) {
    var context = Samples.admission(SPEC);
    AdmissionOutcome first = StandardChains.admission().run(Samples.sft(prompt, answer), context);
    if (first.admitted()) {
      AdmissionOutcome second = StandardChains.admission().run(first.example(), context);
      assertThat(second.last()).isEqualTo(StageJudgement.keep());
      assertThat(second.example()).isEqualTo(first.example());
    }
  }

  private static CutOutcome cut(
      List<Example> examples, List<Example> sealed, List<Example> others) {
    return StandardChains.cut()
        .run(
            examples,
            new CutContext(
                SPEC,
                sealed,
                List.of(),
                List.of(),
                InteractionStatistics.none(),
                others,
                List.of(),
                5));
  }

  private static List<Example> shuffled(List<Example> examples, Random random) {
    List<Example> shuffled = new ArrayList<>(examples);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  /** Duplicates, thumbs of both signs, one id from two people, all splits. */
  private static List<Example> odd(Random random) {
    List<Example> odd = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Split split = Split.values()[random.nextInt(3)];
      Provenance provenance = Samples.by("odd" + random.nextInt(5), split);
      String prompt = "Where is my parcel number " + random.nextInt(4) + "?";
      odd.add(Samples.thumb(prompt, "It is on its way.", random.nextBoolean(), provenance));
      odd.add(Samples.sft(prompt, "It comes in " + random.nextInt(3) + " days.", provenance));
    }
    return odd;
  }
}
