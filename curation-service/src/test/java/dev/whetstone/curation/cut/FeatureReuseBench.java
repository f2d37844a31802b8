package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleFeatureRepository;
import dev.whetstone.curation.example.ExampleFeatureRepository.Feature;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.NewExample;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.feature.FeatureKey;
import dev.whetstone.curation.stage.dedup.ComparedText;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.InteractionStatistics;
import dev.whetstone.curation.text.Tokenization;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What recorded features save on a cut of {@value #EXAMPLES} examples. Not part of the test suite:
 * run it with {@code -Dtest=FeatureReuseBench}; it prints medians of {@value #ROUNDS} rounds.
 */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class FeatureReuseBench {
  private static final int EXAMPLES = 4_000;
  private static final int VOCABULARY = 5_000;
  private static final int WORDS = 60;
  private static final int ROUNDS = 9;
  private static final LoopSpec SPEC = Specs.with("  curation: {maxClusterShare: 1}\n");

  @Inject ExampleRepository examples;
  @Inject ExampleFeatureRepository features;
  @Inject CutChain chain;

  @Test
  void shouldCutTheSameInLessTimeWithRecordedFeatures() {
    List<Example> all = texts();
    Map<String, String> rows = new HashMap<>();
    all.forEach(example -> rows.put("bench-" + example.id(), example.contentId()));
    QuarkusTransaction.requiringNew()
        .run(() -> examples.add(Samples.LOOP, all.stream().map(this::row).toList()));
    ExampleFeatures computed = ExampleFeatures.none();
    CutOutcome outcome = chain.run(all, context(computed));
    List<Feature> values = new ArrayList<>();
    rows.forEach(
        (row, content) ->
            values.add(
                new Feature(
                    row,
                    ComparedText.FEATURE.kind().name(),
                    ComparedText.FEATURE.kind().version(),
                    computed
                        .computed()
                        .get(new FeatureKey(content, ComparedText.FEATURE.kind())))));
    report(
        "record " + values.size(),
        () -> {
          QuarkusTransaction.requiringNew().run(() -> features.record(values));
          return null;
        });
    report("read", () -> read(rows));
    report("compute", () -> all.stream().map(ComparedText.FEATURE::extract).toList());
    report(
        "tokenize prompts (decontamination, computed)",
        () -> all.stream().map(one -> Tokenization.of(ChatTexts.prompt(one.prompt()))).toList());
    double without = report("cut, features computed", () -> chain.run(all, context(fresh())));
    double with =
        report("read and cut, features recorded", () -> chain.run(all, context(read(rows))));
    System.out.printf("ratio %.2f%n", without / with);

    assertThat(chain.run(all, context(read(rows)))).isEqualTo(outcome);
  }

  private static ExampleFeatures fresh() {
    return ExampleFeatures.none();
  }

  private ExampleFeatures read(Map<String, String> rows) {
    var kind = ComparedText.FEATURE.kind();
    Map<FeatureKey, byte[]> recorded = new HashMap<>();
    QuarkusTransaction.requiringNew()
        .call(() -> features.find(rows.keySet(), kind.name(), kind.version()))
        .forEach(one -> recorded.put(new FeatureKey(rows.get(one.rowId()), kind), one.value()));
    return new ExampleFeatures(recorded);
  }

  private static double report(String what, Supplier<?> work) {
    double[] millis = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      Object ignored = work.get();
      millis[round] = (System.nanoTime() - start) / 1e6;
    }
    double median =
        IntStream.range(0, ROUNDS).mapToDouble(i -> millis[i]).sorted().toArray()[ROUNDS / 2];
    System.out.printf("%s: %.1f ms%n", what, median);
    return median;
  }

  private static CutContext context(ExampleFeatures features) {
    return new CutContext(
        SPEC,
        List.of(),
        List.of(),
        List.of(),
        InteractionStatistics.none(),
        List.of(),
        List.of(),
        3,
        features);
  }

  private NewExample row(Example example) {
    return new NewExample(
        "bench-" + example.id(),
        "event:bench",
        new NewExample.Source("conversation:bench", null, null),
        example,
        new NewExample.Verdict(
            ExampleState.READY, "quality", null, null, Samples.NOON.plusSeconds(1)),
        List.of(),
        "{}");
  }

  private static List<Example> texts() {
    var random = new Random(11);
    List<Example> texts = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      texts.add(
          Samples.sft(words(random), words(random), Samples.by("user" + i % 900, Split.TRAIN)));
    }
    return texts;
  }

  private static String words(Random random) {
    return IntStream.range(0, WORDS)
        .mapToObj(_ -> "word" + (int) (VOCABULARY * Math.pow(random.nextDouble(), 3)))
        .collect(Collectors.joining(" "));
  }
}
