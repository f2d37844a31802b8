package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Erases all data of one end user or one conversation that was received up to the watermark. One
 * event goes to each loop of the tenant.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EndUserErased(
    String erasureId, @Nullable String endUser, @Nullable String conversationId, Instant watermark)
    implements EventData.FeedbackEvent {
  public EndUserErased {
    if ((endUser == null) == (conversationId == null)) {
      throw new IllegalArgumentException("an erasure names an endUser or a conversationId");
    }
  }
}
