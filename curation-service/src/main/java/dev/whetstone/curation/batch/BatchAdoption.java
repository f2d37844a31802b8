package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.kit.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves batches as the judge decides: promoted and applied means adopted, rejected or rolled back
 * means set aside, everything else leaves them pending. A decision and its application are joined
 * here in either order.
 */
@ApplicationScoped
public class BatchAdoption {

  public void decided(LoopId loop, PromotionDecided decided) {
    DecisionRow row = row(loop, decided.decisionId(), decided.candidate());
    row.verdict = decided.verdict().name();
    row.batchIds = new String(Json.write(decided.batchIds()), StandardCharsets.UTF_8);
    BatchRow.update(
        "undecided = false where tenant = ?1 and loop = ?2 and batchId in ?3",
        loop.tenant(),
        loop.loop(),
        decided.batchIds());
    if (decided.verdict() == Verdict.REJECT) {
      setAside(loop, "state = 'pending' and batchId in ?3", decided.batchIds());
    }
    adoptWhenApplied(loop, row);
  }

  public void applied(LoopId loop, PromotionApplied applied) {
    DecisionRow row = row(loop, applied.decisionId(), applied.checkpointId());
    row.applied = true;
    adoptWhenApplied(loop, row);
  }

  /**
   * Only what the withdrawn candidate brought goes; what it shared with earlier ones stays. Of a
   * promotion that never came into service the batches are pending still.
   */
  public void rolledBack(LoopId loop, PromotionRolledBack rolledBack) {
    List<DecisionRow> decisions =
        DecisionRow.list(
            "tenant = ?1 and loop = ?2 and candidate = ?3",
            loop.tenant(),
            loop.loop(),
            rolledBack.withdrawn());
    if (decisions.isEmpty()) {
      return;
    }
    setAside(
        loop,
        "state = 'adopted' and adoptedBy in ?3",
        decisions.stream().map(row -> row.decisionId).toList());
    List<String> brought = decisions.stream().flatMap(row -> row.batchIds().stream()).toList();
    if (!brought.isEmpty()) {
      setAside(loop, "state = 'pending' and batchId in ?3", brought);
    }
  }

  private static void adoptWhenApplied(LoopId loop, DecisionRow row) {
    if (row.applied && Verdict.PROMOTE.name().equals(row.verdict)) {
      BatchRow.update(
          "state = 'adopted', undecided = false, adoptedBy = ?4"
              + " where tenant = ?1 and loop = ?2 and state = 'pending' and batchId in ?3",
          loop.tenant(),
          loop.loop(),
          row.batchIds(),
          row.decisionId);
    }
  }

  private static void setAside(LoopId loop, String which, List<String> ids) {
    BatchRow.update(
        "state = 'set_aside' where tenant = ?1 and loop = ?2 and " + which,
        loop.tenant(),
        loop.loop(),
        ids);
  }

  private static DecisionRow row(LoopId loop, String decisionId, @Nullable String candidate) {
    return DecisionRow.<DecisionRow>findByIdOptional(decisionId)
        .orElseGet(
            () -> {
              var row = new DecisionRow();
              row.decisionId = decisionId;
              row.tenant = loop.tenant();
              row.loop = loop.loop();
              row.candidate = candidate == null ? "" : candidate;
              row.batchIds = "[]";
              row.persist();
              return row;
            });
  }
}
