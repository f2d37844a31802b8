package dev.whetstone.curation.example;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.feedback.FeedbackSource;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an example came from; not part of its identity.
 *
 * @param endUserDigest keyed HMAC of the end user, hex; absent when the app named none
 * @param application the API key's application that sent the feedback
 * @param imported sent under scope {@code import}: audited provenance
 * @param servedAnswer what the model had answered, as text; absent for demonstrations
 * @param receivedAt when ingest received the feedback
 * @param sender the API key that ingest authenticated; absent for feedback that no key sent
 */
public record Provenance(
    LoopId loop,
    Split split,
    @Nullable String conversationId,
    @Nullable String endUserDigest,
    String application,
    boolean imported,
    FeedbackSource.Type sourceType,
    List<EventKey> eventKeys,
    List<String> tags,
    @Nullable String servedAnswer,
    Instant receivedAt,
    boolean synthetic,
    @Nullable SenderStamp sender) {

  public Provenance {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(split, "split");
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(sourceType, "sourceType");
    Objects.requireNonNull(receivedAt, "receivedAt");
    eventKeys = List.copyOf(eventKeys);
    tags = List.copyOf(tags);
  }

  /** Feedback that no API key sent. */
  public Provenance(
      LoopId loop,
      Split split,
      @Nullable String conversationId,
      @Nullable String endUserDigest,
      String application,
      boolean imported,
      FeedbackSource.Type sourceType,
      List<EventKey> eventKeys,
      List<String> tags,
      @Nullable String servedAnswer,
      Instant receivedAt,
      boolean synthetic) {
    this(
        loop,
        split,
        conversationId,
        endUserDigest,
        application,
        imported,
        sourceType,
        eventKeys,
        tags,
        servedAnswer,
        receivedAt,
        synthetic,
        null);
  }

  public Provenance withServedAnswer(@Nullable String newServedAnswer) {
    return new Provenance(
        loop,
        split,
        conversationId,
        endUserDigest,
        application,
        imported,
        sourceType,
        eventKeys,
        tags,
        newServedAnswer,
        receivedAt,
        synthetic,
        sender);
  }

  /** Whether the end user is only claimed: a key that can be read in a browser named it. */
  public boolean claimed() {
    return sender != null && sender.publishable();
  }

  /**
   * The contributor for caps and votes: the end user for whom a secret key vouches, or else the API
   * key's application. With a publishable key anyone can invent end users, so that the key and the
   * connection are the contributor. Two examples from the same contributor are not independent.
   */
  public String contributor() {
    if (sender != null && sender.publishable()) {
      String connection = sender.connection() == null ? "unknown" : sender.connection();
      return "connection:" + sender.keyId() + ":" + connection;
    }
    return speaker();
  }

  /**
   * The end user whose earlier feedback this replaces, claimed or not; without an end user the
   * contributor.
   */
  public String speaker() {
    if (endUserDigest != null) {
      return "user:" + endUserDigest;
    }
    return claimed() ? contributor() : "app:" + application;
  }
}
