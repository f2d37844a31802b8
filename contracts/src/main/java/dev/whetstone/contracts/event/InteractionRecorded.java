package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One answer of the deployed model as an end user saw it.
 *
 * @param responseId the OpenAI completion id; unique within the loop
 * @param endUser the product app's pseudonymous reference to a person
 * @param occurredAt when the answer was given, by the app's clock
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InteractionRecorded(
    String responseId,
    @Nullable String conversationId,
    Request request,
    Response response,
    @Nullable Model model,
    @Nullable String chatTemplateSha256,
    @Nullable String endUser,
    @Nullable ConsentGiven consent,
    @Nullable Map<String, Object> usage,
    List<String> tags,
    @Nullable Instant occurredAt)
    implements EventData.FeedbackEvent {

  public InteractionRecorded {
    Objects.requireNonNull(responseId, "responseId");
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(response, "response");
    tags = tags == null ? List.of() : List.copyOf(tags);
  }

  /** The request to the model. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Request(
      List<ChatMessage> messages,
      @Nullable List<Map<String, Object>> tools,
      @Nullable Object toolChoice,
      @Nullable Map<String, Object> responseFormat,
      @Nullable Map<String, Object> decoding) {
    public Request {
      messages = List.copyOf(messages);
    }

    public static Request of(List<ChatMessage> messages) {
      return new Request(messages, null, null, null, null);
    }
  }

  /** The answer of the model. {@code finishReason} is OpenAI's: {@code stop}, {@code length}, … */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Response(
      ChatMessage message, @Nullable String finishReason, @Nullable Integer choiceIndex) {
    public Response {
      Objects.requireNonNull(message, "message");
    }
  }

  /** The variant that answered, and the probability of its assignment (0 to 1). */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Model(
      @Nullable String base,
      @Nullable String adapter,
      @Nullable String variant,
      @Nullable Double propensity) {}

  /** Whether this conversation may be used for training, and the app's basis for that. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ConsentGiven(boolean training, @Nullable String basis) {}
}
