package dev.whetstone.ingest.event;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import org.jspecify.annotations.Nullable;

/** Keeps related events in one partition: by response, else by conversation, else by event id. */
final class PartitionKey {
  private PartitionKey() {}

  static String of(LoopId loop, String id, FeedbackEvent data) {
    return switch (data) {
      case InteractionRecorded interaction -> key(loop, interaction.responseId());
      case FeedbackGiven given -> key(loop, first(given.responseId(), given.conversationId(), id));
      case FeedbackRetracted retracted -> key(loop, first(retracted.responseId(), null, id));
      // The same key in every loop: an erasure's events are in one partition, in order.
      case EndUserErased erased -> erased.erasureId();
    };
  }

  /** The response that the event is about. Conversations and end users stay in the data. */
  static @Nullable String subject(FeedbackEvent data) {
    return switch (data) {
      case InteractionRecorded interaction -> interaction.responseId();
      case FeedbackGiven given -> given.responseId();
      case FeedbackRetracted retracted -> retracted.responseId();
      case EndUserErased _ -> null;
    };
  }

  private static String key(LoopId loop, String suffix) {
    return loop.key() + "/" + suffix;
  }

  private static String first(@Nullable String response, @Nullable String conversation, String id) {
    if (response != null) {
      return response;
    }
    return conversation == null ? id : conversation;
  }
}
