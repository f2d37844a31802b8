package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches became part of what every later run trains on: their candidate is in service. Training
 * publishes it when it changes the batches' state, and only then.
 *
 * @param batchIds those that changed; at least one
 * @param checkpointId the candidate that was trained on them
 * @param decisionId the decision that promoted it; absent where it is not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchAdopted(List<String> batchIds, String checkpointId, @Nullable String decisionId)
    implements EventData.BatchEvent {
  public BatchAdopted {
    batchIds = List.copyOf(batchIds);
  }
}
