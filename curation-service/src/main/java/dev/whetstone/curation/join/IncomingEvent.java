package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.tombstone.PseudonymDigests;
import dev.whetstone.kit.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An interaction, feedback or a retraction being taken in, with the end user as a digest.
 *
 * @param receivedAt when ingest received it
 * @param sender the API key that ingest authenticated
 */
public record IncomingEvent(
    EventKey key,
    Instant receivedAt,
    @Nullable String endUserDigest,
    FeedbackEvent data,
    @Nullable SenderStamp sender) {
  public IncomingEvent {
    if (data instanceof EndUserErased) {
      throw notJoined(key);
    }
  }

  /** Replaces the end user's reference of a received event by its digest. */
  public static IncomingEvent of(Event<FeedbackEvent> event, PseudonymDigests pseudonyms) {
    EventAttributes attributes = event.attributes();
    String tenant = attributes.loop().tenant();
    return switch (event.data()) {
      case InteractionRecorded interaction ->
          new IncomingEvent(
              attributes.key(),
              attributes.time(),
              pseudonyms.endUser(tenant, interaction.endUser()),
              anonymous(interaction),
              attributes.sender());
      case FeedbackGiven feedback ->
          new IncomingEvent(
              attributes.key(),
              attributes.time(),
              pseudonyms.endUser(tenant, feedback.endUser()),
              anonymous(feedback),
              attributes.sender());
      case FeedbackRetracted retracted ->
          new IncomingEvent(
              attributes.key(),
              attributes.time(),
              pseudonyms.endUser(tenant, retracted.endUser()),
              new FeedbackRetracted(
                  retracted.source(), retracted.id(), retracted.responseId(), null),
              attributes.sender());
      case EndUserErased _ -> throw notJoined(attributes.key());
    };
  }

  /** Reads a parked event again. */
  public static IncomingEvent of(Receipt parked) {
    if (parked.body() == null) {
      throw new IllegalStateException("parked event " + parked.key() + " has no body");
    }
    Class<? extends FeedbackEvent> type =
        switch (parked.kind()) {
          case Receipt.INTERACTION -> InteractionRecorded.class;
          case Receipt.RETRACTION -> FeedbackRetracted.class;
          default -> FeedbackGiven.class;
        };
    byte[] body = parked.body().getBytes(StandardCharsets.UTF_8);
    return new IncomingEvent(
        parked.key(),
        parked.receivedAt(),
        parked.endUserDigest(),
        Json.read(body, type),
        parked.sender());
  }

  /** The same event, received no later than {@code latest}; then {@code now} is used. */
  public IncomingEvent receivedBy(Instant latest, Instant now) {
    return receivedAt.isAfter(latest)
        ? new IncomingEvent(key, now, endUserDigest, data, sender)
        : this;
  }

  /** The kind in its receipt. */
  public String kind() {
    return switch (data) {
      case InteractionRecorded _ -> Receipt.INTERACTION;
      case FeedbackRetracted _ -> Receipt.RETRACTION;
      case FeedbackGiven feedback -> feedback.kind().wireName();
      case EndUserErased _ -> throw notJoined(key);
    };
  }

  public @Nullable String responseId() {
    return responseId(data);
  }

  /** The response that an event is about, if it names one. */
  public static @Nullable String responseId(FeedbackEvent data) {
    return switch (data) {
      case InteractionRecorded interaction -> interaction.responseId();
      case FeedbackRetracted retracted -> retracted.responseId();
      case FeedbackGiven feedback -> feedback.responseId();
      case EndUserErased _ -> null;
    };
  }

  public @Nullable String conversationId() {
    return switch (data) {
      case InteractionRecorded interaction -> interaction.conversationId();
      case FeedbackGiven feedback -> feedback.conversationId();
      case FeedbackRetracted _ -> null;
      case EndUserErased _ -> throw notJoined(key);
    };
  }

  public @Nullable Instant occurredAt() {
    return data instanceof FeedbackGiven feedback ? feedback.occurredAt() : null;
  }

  /** Its data as JSON, without the end user. */
  public String body() {
    return Json.text(data);
  }

  private static IllegalArgumentException notJoined(EventKey key) {
    return new IllegalArgumentException(
        "event " + key + " is an erasure and is not joined; pass it to ErasureRepository");
  }

  private static InteractionRecorded anonymous(InteractionRecorded from) {
    return new InteractionRecorded(
        from.responseId(),
        from.conversationId(),
        from.request(),
        from.response(),
        from.model(),
        from.chatTemplateSha256(),
        null,
        from.consent(),
        from.usage(),
        from.tags(),
        from.occurredAt());
  }

  private static FeedbackGiven anonymous(FeedbackGiven from) {
    return new FeedbackGiven(
        from.responseId(),
        from.conversationId(),
        from.kind(),
        from.name(),
        from.value(),
        from.scale(),
        from.correctedOutput(),
        from.chosen(),
        from.rejected(),
        from.request(),
        from.response(),
        from.feedbackSource(),
        null,
        from.rationale(),
        from.supersedes(),
        from.consent(),
        from.tags(),
        from.occurredAt());
  }
}
