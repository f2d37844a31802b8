package dev.whetstone.contracts.decision;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.loop.GateRole;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One gate of a decision.
 *
 * @param name unique within the decision; a slice's gate is {@code role/slice}
 * @param n paired items
 * @param champion mean of the metric under the champion
 * @param candidate mean of the metric under the candidate
 * @param difference candidate minus champion
 * @param interval of the difference
 * @param margin least improvement (superiority) or largest accepted loss (non-inferiority), in the
 *     metric's unit, positive
 * @param enforced false for a shadow gate, which is shown but does not take part in the decision
 * @param reason one sentence with the figures that led to the outcome
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateResult(
    String name,
    GateRole role,
    String metric,
    int n,
    @Nullable Double champion,
    @Nullable Double candidate,
    @Nullable Double difference,
    @Nullable ConfidenceInterval interval,
    @Nullable Double pValue,
    double margin,
    boolean enforced,
    GateOutcome outcome,
    String reason) {
  public GateResult {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(outcome, "outcome");
  }
}
