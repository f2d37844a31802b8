package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.contracts.suite.SuiteRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one decision about a candidate against a champion's generation (I4).
 *
 * @param candidate checkpoint id
 * @param champion checkpoint id; absent when the champion is the base model
 * @param batchIds batches that the candidate was trained on; their state depends on the decision
 * @param reason one sentence about the gates that led to the verdict
 * @param policySha256 digest of the loop spec that was frozen when the evaluation began
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromotionDecided(
    String decisionId,
    String candidate,
    @Nullable String champion,
    long championGeneration,
    List<String> batchIds,
    Verdict verdict,
    String reason,
    RolloutMode mode,
    String policySha256,
    List<SuiteRef> suites,
    List<GateResult> gates,
    double alphaSpent,
    double alphaLeft,
    @Nullable String evidenceUri,
    String decidedBy,
    DecisionCost cost)
    implements EventData.DecisionEvent {
  public PromotionDecided {
    batchIds = batchIds == null ? List.of() : List.copyOf(batchIds);
    suites = List.copyOf(suites);
    gates = List.copyOf(gates);
  }
}
