package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Withdraws earlier feedback of the same source. {@code id} is the feedback event's id. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeedbackRetracted(
    String source, String id, @Nullable String responseId, @Nullable String endUser)
    implements EventData.FeedbackEvent {
  public FeedbackRetracted {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(id, "id");
  }
}
