package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Examples of a sealed batch may no longer be used: withdrawn, erased or poisoned. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchTainted(
    String batchId, String reason, List<String> withdrawnExampleIds, @Nullable String erasureId)
    implements EventData.BatchEvent {
  public BatchTainted {
    withdrawnExampleIds =
        withdrawnExampleIds == null ? List.of() : List.copyOf(withdrawnExampleIds);
  }
}
