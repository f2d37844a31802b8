package dev.whetstone.curation.example;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
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
    boolean synthetic) {

  public Provenance {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(split, "split");
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(sourceType, "sourceType");
    Objects.requireNonNull(receivedAt, "receivedAt");
    eventKeys = List.copyOf(eventKeys);
    tags = List.copyOf(tags);
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
        synthetic);
  }

  /**
   * The contributor for caps and votes: the end user, or else the API key's application. Two
   * examples from the same contributor are not independent.
   */
  public String contributor() {
    return endUserDigest != null ? "user:" + endUserDigest : "app:" + application;
  }
}
