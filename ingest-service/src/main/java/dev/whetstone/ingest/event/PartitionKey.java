package dev.whetstone.ingest.event;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import org.jspecify.annotations.Nullable;

/** Puts related events into one partition: by response, else conversation, else own id. */
final class PartitionKey {
  private PartitionKey() {}

  static String of(LoopId loop, String id, EventData data) {
    String response = subject(data);
    if (response != null) {
      return loop.key() + "/" + response;
    }
    if (data instanceof EndUserErased erased) {
      // The same key in every loop: an erasure's events lie in one partition, in order.
      return erased.erasureId();
    }
    String conversation = conversation(data);
    return loop.key() + "/" + (conversation == null ? id : conversation);
  }

  /** The subject of the event: its response. Conversations and end users stay in the data. */
  static @Nullable String subject(EventData data) {
    return switch (data) {
      case InteractionRecorded interaction -> interaction.responseId();
      case FeedbackGiven given -> given.responseId();
      case FeedbackRetracted retracted -> retracted.responseId();
      default -> null;
    };
  }

  private static @Nullable String conversation(EventData data) {
    return data instanceof FeedbackGiven given ? given.conversationId() : null;
  }
}
