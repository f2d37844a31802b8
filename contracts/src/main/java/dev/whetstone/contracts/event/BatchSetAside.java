package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * No later run trains on these batches: their candidate was rejected or rolled back, a person set
 * them aside, or their files do not verify. Training publishes it when it changes the batches'
 * state, and only then.
 *
 * @param batchIds those that changed; at least one
 * @param checkpointId the candidate that was rejected or rolled back; absent otherwise
 * @param decisionId the decision about that candidate; absent where there is none
 * @param reason one sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchSetAside(
    List<String> batchIds,
    @Nullable String checkpointId,
    @Nullable String decisionId,
    String reason)
    implements EventData.BatchEvent {
  public BatchSetAside {
    batchIds = List.copyOf(batchIds);
  }
}
