package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.contracts.feedback.FeedbackSource;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Feedback of a person or program on an answer. {@code kind} determines which optional fields are
 * present; {@link FeedbackContent#of} reads them as one typed value.
 *
 * @param responseId the answer it refers to; absent for demonstrations and for feedback on a whole
 *     conversation
 * @param name of a rating, an implicit signal or an outcome
 * @param value a boolean or a number, by kind
 * @param supersedes id of earlier feedback of the same source and end user that this replaces
 * @param occurredAt used only to order the feedback of one end user
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeedbackGiven(
    @Nullable String responseId,
    @Nullable String conversationId,
    FeedbackKind kind,
    @Nullable String name,
    @Nullable Object value,
    @Nullable Scale scale,
    @Nullable String correctedOutput,
    @Nullable ChatMessage chosen,
    @Nullable ChatMessage rejected,
    InteractionRecorded.@Nullable Request request,
    @Nullable ChatMessage response,
    @Nullable FeedbackSource feedbackSource,
    @Nullable String endUser,
    @Nullable String rationale,
    @Nullable String supersedes,
    InteractionRecorded.@Nullable ConsentGiven consent,
    List<String> tags,
    @Nullable Instant occurredAt)
    implements EventData.FeedbackEvent {

  public FeedbackGiven {
    Objects.requireNonNull(kind, "kind");
    tags = tags == null ? List.of() : List.copyOf(tags);
  }

  /** Ends of a rating's scale, both included. */
  public record Scale(double min, double max) {}
}
