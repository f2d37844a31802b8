package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.answer.AnswerCollector;
import dev.whetstone.eval.answer.RefusalRate;
import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionFacts;
import dev.whetstone.eval.item.BatchRoles;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.score.GateEvaluation;
import dev.whetstone.eval.score.PrimaryMetric;
import dev.whetstone.eval.score.ScoredItem;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.eval.statistics.AlphaSpending;
import dev.whetstone.eval.statistics.LordPlusPlus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationRulesTest {
  private static final List<SealedBatch> BATCHES =
      List.of(batch("b1", 1), batch("b2", 2), batch("b3", 3));

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # adopted, set aside, trained on, look: fresh, retain
          -,  -,  b1,       1, b1,    ''
          b1, -,  b1+b2,    1, b2,    b1
          b1, b2, b1+b3,    1, b3,    b1
          -,  -,  b1+b2,    1, b1+b2, ''
          b1, b2, b1+b2,    1, '',    b1
          -,  -,  b1,       2, b1+b2+b3, ''
          -,  b2, b1,       2, b1+b3, ''
          b1, -,  -,        1, b3,    b1
          b1, b3, -,        1, b2,    b1
          b1+b2, b3, -,     1, b2,    b1
          b1+b2+b3, -, -,   1, b3,    b1+b2
          -, b1+b2+b3, -,   1, '',    ''
          """)
  void shouldAssignFreshAndRetainBatches(
      String adopted, String aside, String trainedOn, int look, String fresh, String retain) {
    List<SealedBatch> known =
        BATCHES.stream()
            .map(
                batch ->
                    ids(adopted).contains(batch.batchId())
                        ? in(BatchState.ADOPTED, batch)
                        : ids(aside).contains(batch.batchId())
                            ? in(BatchState.SET_ASIDE, batch)
                            : batch)
            .toList();

    BatchRoles roles = BatchRoles.of(known, ids(trainedOn), look);

    assertThat(roles.fresh()).extracting(SealedBatch::batchId).isEqualTo(ids(fresh));
    assertThat(roles.retain()).extracting(SealedBatch::batchId).isEqualTo(ids(retain));
  }

  @Test
  void shouldSpendAlphaPerChampion() {
    List<Decision> decisions =
        List.of(
            decision(Verdict.PROMOTE, Adoption.ADOPTED, 0, 0.03, "b1"),
            decision(Verdict.REJECT, Adoption.NONE, 1, 0.03, "b2"),
            decision(Verdict.REJECT, Adoption.NONE, 1, 0, "b2"),
            decision(Verdict.INCONCLUSIVE, Adoption.NONE, 1, 0.01, "b3"),
            // The same champion again after a rollback.
            decision(Verdict.REJECT, Adoption.NONE, 3, 0.01, "b3"));

    assertThat(AlphaLedgerFactory.ledger(evaluation("alpha-spending"), decisions, "c1"))
        .isEqualTo(new AlphaSpending(0.05, 3));
    assertThat(AlphaLedgerFactory.ledger(evaluation("alpha-spending"), decisions, "c9"))
        .isEqualTo(new AlphaSpending(0.05, 0));
    assertThat(AlphaLedgerFactory.ledger(evaluation("alpha-spending"), decisions, null))
        .isEqualTo(new AlphaSpending(0.05, 1));
    assertThat(AlphaLedgerFactory.ledger(evaluation("lord"), decisions, "c1"))
        .isEqualTo(new LordPlusPlus(0.1, List.of(true, false, false, false)));
  }

  @Test
  void shouldEvaluateEachRoleByItsOwnGateAndShadowSuitesSeparately() {
    List<ScoredItem> items = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      items.add(scored(GateRole.FRESH, "fresh/b1", false, i, "wrong", "right"));
      items.add(scored(GateRole.RETAIN, "golden", false, i, "right", "right"));
      items.add(scored(GateRole.FORGET, "skills", false, i, "right", "right"));
      items.add(scored(GateRole.FORGET, "aside", true, i, "right", "wrong"));
      items.add(scored(GateRole.SAFETY, "undeclared", false, i, "right", "right"));
    }

    List<GateResult> gates =
        new GateEvaluation(evaluation("alpha-spending"), 0.03, List.of())
            .evaluate(items, List.of());

    assertThat(gates)
        .extracting(
            gate -> gate.name() + " " + gate.n() + " " + gate.outcome() + " " + gate.enforced())
        .containsExactly(
            "FRESH 60 PASSED true",
            "RETAIN 60 PASSED true",
            "RETAIN/slice 60 PASSED true",
            "FORGET 60 PASSED true",
            "SAFETY 60 PASSED false",
            "FORMAT 0 NOT_MEASURED true",
            "FORGET/aside 60 FAILED false");
    assertThat(gates.getFirst().interval().level()).isEqualTo(0.94);
    assertThat(gates.get(1).interval().level()).isEqualTo(0.9);
  }

  @Test
  void shouldPassIfEveryCanaryItemIsRightAndFailOtherwise() {
    List<ScoredItem> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(scored(GateRole.CANARY, "canaries", false, i, "right", "right"));
      items.add(scored(GateRole.CANARY, "others", true, i, "right", i == 0 ? "wrong" : "right"));
    }
    LoopSpec.Gate gate = new LoopSpec.Gate(GateRole.CANARY, LoopSpec.Gate.Mode.ENFORCE, 0, 1);

    List<GateResult> gates =
        new GateEvaluation(evaluation("lord", gate), 0.03, List.of()).evaluate(items, List.of());

    assertThat(gates)
        .extracting(result -> result.name() + " " + result.n() + " " + result.outcome())
        .containsExactly("CANARY 20 PASSED", "CANARY/others 20 FAILED");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          FRESH,  right, -,     right,  stop,   1
          FRESH,  right, -,     Right,  stop,   0
          CANARY, -,     '.*x', 'a x',  stop,   1
          CANARY, -,     '.*x', 'a y',  stop,   0
          CANARY, -,     -,     'a y',  stop,   1
          CANARY, -,     -,     '',     stop,   0
          FORMAT, -,     '.*x', 'a x',  stop,   1
          FORMAT, -,     '.*x', 'a x',  length, 0
          FORMAT, -,     -,     'a b c d a b c d a b c d', stop, 0
          """)
  void shouldScoreByReferenceElsePatternElseHealth(
      GateRole role, String reference, String pattern, String answer, String finish, double score) {
    EvaluationItem item = item(role, "suite", false, 1, reference, pattern);

    assertThat(PrimaryMetric.score(item, answer, finish)).isEqualTo(score);
  }

  @Test
  void shouldRepeatTheSameItemsEachTimeAndNeverShadowOnes() {
    List<EvaluationItem> items = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      items.add(item(GateRole.FORGET, "skills", false, i, "r", null));
      items.add(item(GateRole.FORGET, "aside", true, 100 + i, "r", null));
    }

    List<EvaluationItem> repeated = AnswerCollector.repeated(items, 20);

    assertThat(repeated).hasSize(20).noneMatch(EvaluationItem::shadow);
    assertThat(AnswerCollector.repeated(items.reversed(), 20)).isEqualTo(repeated);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "2, false", "3, true", "100, true"})
  void shouldDoubtIfTheServerRefusesTheChampionTooOften(int refused, boolean doubtful) {
    List<EvaluationItem> items = new ArrayList<>();
    Map<String, Answer> answers = new HashMap<>();
    Map<String, String> refusals = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      boolean shadow = i >= 100;
      EvaluationItem item = item(GateRole.FORGET, "skills", shadow, i, "r", null);
      boolean isRefused = shadow || i < refused;
      items.add(item);
      answers.put(item.questionSha256(), new Answer("r", isRefused ? "refused" : "stop", 1, 1));
      if (isRefused) {
        refusals.put(item.questionSha256(), "too long: question " + i);
      }
    }

    List<String> doubts = RefusalRate.of(items, answers, refusals).doubts(evaluation("lord"));

    assertThat(doubts).hasSize(doubtful ? 1 : 0);
    assertThat(doubts)
        .allSatisfy(
            doubt ->
                assertThat(doubt).contains(refused + " of 100", "too long: question 0", "now 64"));
  }

  private static ScoredItem scored(
      GateRole role, String suite, boolean shadow, int number, String champion, String candidate) {
    return ScoredItem.of(
        item(role, suite, shadow, number, "right", null),
        null,
        new Answer(champion, "stop", 1, 1),
        new Answer(candidate, "stop", 1, 1));
  }

  private static EvaluationItem item(
      GateRole role, String suite, boolean shadow, int number, String reference, String pattern) {
    List<ChatMessage> question = List.of(ChatMessage.user("question " + number));
    return new EvaluationItem(
        role,
        suite,
        shadow,
        "item-" + number,
        question,
        null,
        reference,
        pattern,
        "slice",
        null,
        false,
        EvaluationItem.digest(question, null, 64));
  }

  private static LoopSpec.Evaluation evaluation(String sequential) {
    LoopSpec.Gate.Mode enforce = LoopSpec.Gate.Mode.ENFORCE;
    return evaluation(
        sequential,
        new LoopSpec.Gate(GateRole.FRESH, enforce, 0.01, 40),
        new LoopSpec.Gate(GateRole.RETAIN, enforce, 0.03, 40),
        new LoopSpec.Gate(GateRole.FORGET, enforce, 0.03, 40),
        new LoopSpec.Gate(GateRole.FORMAT, enforce, 0.02, 40));
  }

  private static LoopSpec.Evaluation evaluation(String sequential, LoopSpec.Gate... gates) {
    return new LoopSpec.Evaluation(
        List.of(gates), List.of(), null, 0.05, 200, 0.02, 16, 64, sequential, 0.1);
  }

  private static SealedBatch batch(String id, long sequence) {
    return new SealedBatch(id, sequence, "file:///" + id, BatchState.PENDING, null);
  }

  private static SealedBatch in(BatchState state, SealedBatch batch) {
    return new SealedBatch(
        batch.batchId(), batch.sequence(), batch.manifestUri(), state, "candidate");
  }

  private static List<String> ids(String joined) {
    return joined == null || joined.isEmpty() ? List.of() : List.of(joined.split("\\+"));
  }

  private static Decision decision(
      Verdict verdict, Adoption adoption, long generation, double alpha, String batches) {
    PromotionDecided body =
        new PromotionDecided(
            "dec",
            "candidate",
            generation == 0 ? null : "c1",
            generation,
            ids(batches),
            verdict,
            "",
            RolloutMode.AUTO,
            "",
            List.of(),
            List.of(),
            alpha,
            0,
            null,
            "policy",
            new DecisionCost(0, 0, 0, 0));
    DecisionFacts facts =
        new DecisionFacts(
            "base", "c", Map.of(), 0, 0, 0, 0, List.of(), List.of(), List.of(), null, List.of(),
            false);
    return new Decision(
        "dec",
        1,
        new LoopId("acme", "support"),
        "ev",
        body,
        facts,
        false,
        adoption,
        null,
        Instant.EPOCH);
  }
}
