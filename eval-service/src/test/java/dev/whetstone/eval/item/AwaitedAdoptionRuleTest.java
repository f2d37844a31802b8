package dev.whetstone.eval.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Decision.Adoption;
import dev.whetstone.eval.decision.DecisionFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwaitedAdoptionRuleTest {
  private static final String EARLIER = "earlier";
  private static final String CANDIDATE = "candidate";

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # verdict, adoption, state of the batch, adopted by: awaited event
          PROMOTE, ADOPTED, PENDING, -, batch.adopted
          PROMOTE, ADOPTED, ADOPTED, candidate, -
          PROMOTE, ADOPTED, ADOPTED, earlier, -
          # set aside by a person, or not readable, while the promotion was applied
          PROMOTE, ADOPTED, SET_ASIDE, -, -
          PROMOTE, ADOPTED, WITHDRAWN, -, -
          # only observed, or the rollout failed: the batch stays pending
          PROMOTE, NONE, PENDING, -, -
          PROMOTE, WITHDRAWN, PENDING, -, -
          # rolled back before and after it was adopted; a batch of an earlier champion stays
          PROMOTE, ROLLED_BACK, PENDING, -, batch.set-aside
          PROMOTE, ROLLED_BACK, ADOPTED, candidate, batch.set-aside
          PROMOTE, ROLLED_BACK, ADOPTED, earlier, -
          PROMOTE, ROLLED_BACK, SET_ASIDE, -, -
          REJECT, NONE, PENDING, -, batch.set-aside
          REJECT, NONE, SET_ASIDE, -, -
          REJECT, NONE, ADOPTED, earlier, -
          INCONCLUSIVE, NONE, PENDING, -, -
          HOLD, NONE, PENDING, -, -
          """)
  void shouldAwaitOnlyWhatTrainingHasNotPublished(
      Verdict verdict, Adoption adoption, BatchState state, String adoptedBy, String event) {
    List<SealedBatch> known = List.of(batch("b1", state, adoptedBy));
    List<Decision> decisions = List.of(decision("d1", CANDIDATE, verdict, adoption, "b1"));

    List<AwaitedAdoptionRule.Awaited> awaited = AwaitedAdoptionRule.of(known, decisions);

    assertThat(awaited)
        .extracting(AwaitedAdoptionRule.Awaited::event)
        .isEqualTo(event == null ? List.of() : List.of(event));
  }

  @Test
  void shouldUseTheNewestDecisionAboutACandidateThatIsOfferedAgain() {
    SealedBatch adopted = batch("b1", BatchState.ADOPTED, CANDIDATE);
    List<Decision> decisions =
        List.of(
            decision("d1", CANDIDATE, Verdict.PROMOTE, Adoption.ROLLED_BACK, "b1"),
            decision("d2", CANDIDATE, Verdict.PROMOTE, Adoption.ADOPTED, "b1"));

    assertThat(AwaitedAdoptionRule.of(List.of(adopted), decisions)).isEmpty();
  }

  @Test
  void shouldNameTheBatchTheDecisionAndTheRemedy() {
    List<SealedBatch> known =
        List.of(
            batch("b1", BatchState.ADOPTED, EARLIER),
            batch("b2", BatchState.PENDING, null),
            batch("b3", BatchState.PENDING, null));
    List<Decision> decisions =
        List.of(decision("d1", CANDIDATE, Verdict.PROMOTE, Adoption.ADOPTED, "b1", "b2"));

    assertThat(AwaitedAdoptionRule.of(known, decisions))
        .singleElement()
        .satisfies(
            awaited ->
                assertThat(awaited.reason())
                    .contains("batch.adopted", "batch b2", "decision d1", "set the batch aside"));
  }

  private static SealedBatch batch(String id, BatchState state, String adoptedBy) {
    return new SealedBatch(id, 1, "file:///" + id, state, adoptedBy);
  }

  private static Decision decision(
      String id, String candidate, Verdict verdict, Adoption adoption, String... batches) {
    PromotionDecided body =
        new PromotionDecided(
            id,
            candidate,
            null,
            0,
            List.of(batches),
            verdict,
            "",
            RolloutMode.AUTO,
            "",
            List.of(),
            List.of(),
            0,
            0,
            null,
            "policy",
            new DecisionCost(0, 0, 0, 0));
    DecisionFacts facts =
        new DecisionFacts(
            "base", "c", Map.of(), 0, 0, 0, 0, List.of(), List.of(), List.of(), null, List.of(),
            false);
    return new Decision(
        id,
        1,
        new LoopId("acme", "support"),
        "ev",
        body,
        facts,
        true,
        adoption,
        null,
        Instant.EPOCH);
  }
}
