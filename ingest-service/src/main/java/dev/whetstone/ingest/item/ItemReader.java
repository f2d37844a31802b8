package dev.whetstone.ingest.item;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.kit.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns one item of a body into an event's data, or throws the fault. Fields that the contract does
 * not define are ignored, so that a newer app can use an older ingest.
 */
public final class ItemReader {
  private final InputLimits limits;
  private final ChatReader chat;
  private final FeedbackReader feedback;

  public ItemReader(InputLimits limits) {
    this.limits = limits;
    this.chat = new ChatReader(limits);
    this.feedback = new FeedbackReader(limits, this);
  }

  /**
   * Reads the data of a type that product apps send.
   *
   * @param source the sender; a retraction affects feedback of the same source only
   * @throws Fault when it breaks the contract, or apps cannot send this type
   */
  public FeedbackEvent read(EventType type, JsonNode item, String source) {
    FieldReader fields = FieldReader.of(item);
    TextRule.check(item, limits);
    ChatFileRule.check(item);
    return switch (type) {
      case INTERACTION_RECORDED -> interaction(fields);
      case FEEDBACK_GIVEN -> feedback.read(fields);
      case FEEDBACK_RETRACTED -> retraction(fields, source);
      case END_USER_ERASED,
          BATCH_SEALED,
          BATCH_ADOPTED,
          BATCH_SET_ASIDE,
          BATCH_TAINTED,
          CHECKPOINT_READY,
          CHECKPOINT_TAINTED,
          FINDING_REPORTED,
          PROMOTION_DECIDED,
          PROMOTION_APPLIED,
          PROMOTION_FAILED,
          PROMOTION_ROLLED_BACK,
          SCORING_REQUESTED,
          SCORING_COMPLETED,
          SCORING_FAILED,
          CHAMPION_SET,
          LOOP_DECLARED ->
          throw unsupported(null, type.wireName());
    };
  }

  /** The id that the app sent with the item, if any. */
  public static @Nullable String id(JsonNode item) {
    return item.isObject() ? FieldReader.of(item).identifier("id") : null;
  }

  /**
   * An event type that is not accepted here.
   *
   * @param pointer where the body names the type, if it has a place there
   */
  public static Fault unsupported(@Nullable String pointer, String wireName) {
    return new Fault(
        FaultCode.UNSUPPORTED_TYPE,
        pointer,
        "events of type '" + Excerpt.text(wireName) + "' are not accepted here",
        "send %s, %s or %s"
            .formatted(
                EventType.INTERACTION_RECORDED.wireName(),
                EventType.FEEDBACK_GIVEN.wireName(),
                EventType.FEEDBACK_RETRACTED.wireName()));
  }

  private InteractionRecorded interaction(FieldReader fields) {
    String responseId = fields.identifier("responseId");
    if (responseId == null) {
      throw fields.missing("responseId", "the OpenAI completion's id");
    }
    FieldReader model = fields.object("model");
    return new InteractionRecorded(
        responseId,
        fields.key("conversationId"),
        request(fields.requiredObject("request", "what the model was asked")),
        response(fields.requiredObject("response", "what the model answered")),
        model == null ? null : model(model),
        fields.sha256("chatTemplateSha256"),
        fields.name("endUser"),
        consent(fields),
        fields.open("usage"),
        fields.tags("tags"),
        fields.time("occurredAt"));
  }

  InteractionRecorded.Request request(FieldReader fields) {
    return new InteractionRecorded.Request(
        chat.messages(fields),
        chat.tools(fields),
        anything(fields.get("toolChoice")),
        fields.open("responseFormat"),
        fields.open("decoding"));
  }

  ChatMessage answer(FieldReader fields) {
    return chat.answer(fields);
  }

  InteractionRecorded.@Nullable ConsentGiven consent(FieldReader fields) {
    FieldReader consent = fields.object("consent");
    if (consent == null) {
      return null;
    }
    Boolean training = consent.bool("training");
    if (training == null) {
      throw consent.missing("training", "true or false");
    }
    return new InteractionRecorded.ConsentGiven(training, consent.name("basis"));
  }

  private InteractionRecorded.Response response(FieldReader fields) {
    return new InteractionRecorded.Response(
        answer(fields.requiredObject("message", "the assistant's message")),
        fields.name("finishReason"),
        fields.integer("choiceIndex"));
  }

  private static InteractionRecorded.Model model(FieldReader fields) {
    Double propensity = fields.number("propensity");
    if (propensity != null && !(propensity >= 0 && propensity <= 1)) {
      throw fields.invalid(
          "propensity", "the propensity is " + propensity, "send a probability from 0 to 1");
    }
    return new InteractionRecorded.Model(
        fields.name("base"), fields.name("adapter"), fields.name("variant"), propensity);
  }

  private FeedbackRetracted retraction(FieldReader fields, String source) {
    String id = fields.identifier("id");
    if (id == null) {
      throw fields.missing("id", "the id of the feedback to retract");
    }
    String given = fields.text("source", InputLimits.IDENTIFIER_CHARACTERS);
    if (given != null && !given.equals(source)) {
      throw fields.invalid(
          "source",
          "the feedback to retract is from source '" + Excerpt.text(given) + "'",
          "only its own source '" + source + "' can retract it; omit the field");
    }
    return new FeedbackRetracted(
        source, id, fields.identifier("responseId"), fields.name("endUser"));
  }

  static @Nullable Object anything(@Nullable JsonNode node) {
    try {
      return node == null ? null : Json.mapper().treeToValue(node, Object.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree always converts to an object", e);
    }
  }

  /** The event types that {@link #read} accepts. */
  public static List<EventType> types() {
    return List.of(
        EventType.INTERACTION_RECORDED, EventType.FEEDBACK_GIVEN, EventType.FEEDBACK_RETRACTED);
  }
}
