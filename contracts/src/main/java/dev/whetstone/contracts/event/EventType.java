package dev.whetstone.contracts.event;

import dev.whetstone.contracts.Topics;
import java.util.Arrays;
import java.util.Optional;

/**
 * Every event type: its CloudEvents name, the topic it travels on, the record that holds its data.
 */
public enum EventType {
  INTERACTION_RECORDED("interaction.recorded", Topics.FEEDBACK, InteractionRecorded.class),
  FEEDBACK_GIVEN("feedback.given", Topics.FEEDBACK, FeedbackGiven.class),
  FEEDBACK_RETRACTED("feedback.retracted", Topics.FEEDBACK, FeedbackRetracted.class),
  END_USER_ERASED("enduser.erased", Topics.FEEDBACK, EndUserErased.class),
  BATCH_SEALED("batch.sealed", Topics.BATCHES, BatchSealed.class),
  BATCH_TAINTED("batch.tainted", Topics.BATCHES, BatchTainted.class),
  CHECKPOINT_READY("checkpoint.ready", Topics.CHECKPOINTS, CheckpointReady.class),
  CHECKPOINT_TAINTED("checkpoint.tainted", Topics.CHECKPOINTS, CheckpointTainted.class),
  FINDING_REPORTED("finding.reported", Topics.FINDINGS, FindingReported.class),
  PROMOTION_DECIDED("promotion.decided", Topics.DECISIONS, PromotionDecided.class),
  PROMOTION_APPLIED("promotion.applied", Topics.DECISIONS, PromotionApplied.class),
  PROMOTION_FAILED("promotion.failed", Topics.DECISIONS, PromotionFailed.class),
  PROMOTION_ROLLED_BACK("promotion.rolledback", Topics.DECISIONS, PromotionRolledBack.class),
  CHAMPION_SET("champion.set", Topics.CHAMPIONS, ChampionSet.class),
  LOOP_DECLARED("loop.declared", Topics.LOOPS, LoopDeclared.class);

  private final String shortName;
  private final String topic;
  private final Class<? extends EventData> dataClass;

  EventType(String shortName, String topic, Class<? extends EventData> dataClass) {
    this.shortName = shortName;
    this.topic = topic;
    this.dataClass = dataClass;
  }

  /** The CloudEvents {@code type}, for example {@code dev.whetstone.feedback.given.v1}. */
  public String wireName() {
    return "dev.whetstone." + shortName + ".v1";
  }

  /** The CloudEvents {@code dataschema}: names the schema and its version. */
  public String dataSchema() {
    return "urn:whetstone:schema:" + shortName + ".v1";
  }

  /** The class-path resource with the JSON Schema of the data. */
  public String schemaResource() {
    return "/schemas/" + shortName + ".v1.json";
  }

  public String topic() {
    return topic;
  }

  public Class<? extends EventData> dataClass() {
    return dataClass;
  }

  public static Optional<EventType> byWireName(String wireName) {
    return Arrays.stream(values()).filter(type -> type.wireName().equals(wireName)).findFirst();
  }

  public static EventType of(EventData data) {
    return Arrays.stream(values())
        .filter(type -> type.dataClass == data.getClass())
        .findFirst()
        .orElseThrow();
  }
}
