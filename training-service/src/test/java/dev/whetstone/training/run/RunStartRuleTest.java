package dev.whetstone.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.plan.TestLoopSpecs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunStartRuleTest {
  private static final LoopSpec SPEC =
      TestLoopSpecs.with("budgets: {maxRunsPerDay: 3, maxGpuSecondsPerDay: 100}");
  private static final Batch NEW = batch("sft", 60, BatchState.PENDING, null);
  private static final Batch TRAINED = batch("sft", 60, BatchState.PENDING, "run-1");
  private static final Batch ADOPTED = batch("sft", 60, BatchState.ADOPTED, "run-1");
  private static final Batch FEW = batch("sft", 20, BatchState.PENDING, null);
  private static final Batch THUMBS = batch("binary", 60, BatchState.PENDING, null);

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("Start", facts(List.of(NEW), false, false, 0, 0)),
        Arguments.of("Start", facts(List.of(ADOPTED, TRAINED, NEW), false, false, 2, 99)),
        Arguments.of("Start", facts(List.of(TRAINED, FEW), false, false, 0, 0)),
        Arguments.of("NoNewBatch", facts(List.of(), false, false, 0, 0)),
        Arguments.of("NoNewBatch", facts(List.of(ADOPTED, TRAINED), false, false, 0, 0)),
        Arguments.of("RunLive", facts(List.of(NEW), true, false, 0, 0)),
        Arguments.of("DecisionPending", facts(List.of(TRAINED, NEW), false, true, 0, 0)),
        Arguments.of("TooFewExamples", facts(List.of(FEW), false, false, 0, 0)),
        Arguments.of("NothingNewForSft", facts(List.of(ADOPTED, THUMBS), false, false, 0, 0)),
        Arguments.of("BudgetSpent", facts(List.of(NEW), false, false, 3, 0)),
        Arguments.of("BudgetSpent", facts(List.of(NEW), false, false, 0, 100)),
        Arguments.of(
            "LoopUnknown",
            new RunStartRule.Facts(
                List.of(NEW), false, Optional.empty(), false, 0, 0, 50, Optional.empty())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void shouldDecideWhetherARunStarts(String expected, RunStartRule.Facts facts) {
    String actual =
        switch (RunStartRule.decide(facts)) {
          case RunStartRule.Answer.Start _ -> "Start";
          case RunStartRule.Answer.Wait wait -> wait.reason();
        };

    assertThat(actual).isEqualTo(expected);
  }

  @ParameterizedTest(name = "limited run {0} under {1}")
  @CsvSource({
    "run-1, s,     LimitReached",
    "run-1, other, Start",
    "run-2, s,     Start",
  })
  void shouldNotRepeatARunThatALimitEndedUnderTheSameDeclaration(
      String run, String declaration, String expected) {
    RunStartRule.Facts facts =
        new RunStartRule.Facts(
            List.of(TRAINED, NEW),
            false,
            Optional.of(SPEC),
            false,
            0,
            0,
            50,
            Optional.of(new RunStartRule.Limited(run, declaration, "maxSeconds is used up")));

    RunStartRule.Answer answer = RunStartRule.decide(facts);

    if (expected.equals("Start")) {
      assertThat(answer).isEqualTo(new RunStartRule.Answer.Start());
    } else {
      assertThat(answer)
          .isInstanceOfSatisfying(
              RunStartRule.Answer.Wait.class,
              wait -> {
                assertThat(wait.reason()).isEqualTo(expected);
                assertThat(wait.message())
                    .contains("maxSeconds is used up", "POST /v1/runs/run-1/retry");
              });
    }
  }

  private static RunStartRule.Facts facts(
      List<Batch> batches, boolean live, boolean undecided, int runs, double gpuSeconds) {
    return new RunStartRule.Facts(
        batches, live, Optional.of(SPEC), undecided, runs, gpuSeconds, 50, Optional.empty());
  }

  private static Batch batch(String form, int train, BatchState state, String trainedBy) {
    return new Batch(
        new LoopId("acme", "support"),
        "b",
        1,
        "file:///b",
        "s",
        Map.of(form, new SplitCounts(train, 0, 0)),
        state,
        trainedBy);
  }
}
