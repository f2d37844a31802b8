package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/** Slices in which a model is weak. It names validation items only, never test items (I8). */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FindingReported(String findingId, String checkpointId, List<WeakSlice> slices)
    implements EventData.FindingEvent {
  public FindingReported {
    slices = List.copyOf(slices);
  }

  /** A slice, its number of validation items and the share of correct answers (0 to 1). */
  public record WeakSlice(String slice, int n, double score, List<String> validationItemIds) {}
}
