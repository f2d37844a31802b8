package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/** Slices where a model was found weak. Names validation items only, never test items (I8). */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FindingReported(String findingId, String checkpointId, List<WeakSlice> slices)
    implements EventData.FindingEvent {
  public FindingReported {
    slices = List.copyOf(slices);
  }

  /** A slice, how many validation items it holds and the share answered right (0 to 1). */
  public record WeakSlice(String slice, int n, double score, List<String> validationItemIds) {}
}
