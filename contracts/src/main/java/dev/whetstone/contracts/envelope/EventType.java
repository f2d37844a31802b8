package dev.whetstone.contracts.envelope;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.BatchAdopted;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.FindingReported;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import java.util.Arrays;
import java.util.Optional;

/** The event types: CloudEvents name, topic, and the record of the data. */
public enum EventType {
  INTERACTION_RECORDED("interaction.recorded", TopicNames.FEEDBACK, InteractionRecorded.class),
  FEEDBACK_GIVEN("feedback.given", TopicNames.FEEDBACK, FeedbackGiven.class),
  FEEDBACK_RETRACTED("feedback.retracted", TopicNames.FEEDBACK, FeedbackRetracted.class),
  END_USER_ERASED("enduser.erased", TopicNames.FEEDBACK, EndUserErased.class),
  BATCH_SEALED("batch.sealed", TopicNames.BATCHES, BatchSealed.class),
  BATCH_ADOPTED("batch.adopted", TopicNames.BATCHES, BatchAdopted.class),
  BATCH_SET_ASIDE("batch.set-aside", TopicNames.BATCHES, BatchSetAside.class),
  BATCH_TAINTED("batch.tainted", TopicNames.BATCHES, BatchTainted.class),
  CHECKPOINT_READY("checkpoint.ready", TopicNames.CHECKPOINTS, CheckpointReady.class),
  CHECKPOINT_TAINTED("checkpoint.tainted", TopicNames.CHECKPOINTS, CheckpointTainted.class),
  FINDING_REPORTED("finding.reported", TopicNames.FINDINGS, FindingReported.class),
  PROMOTION_DECIDED("promotion.decided", TopicNames.DECISIONS, PromotionDecided.class),
  PROMOTION_APPLIED("promotion.applied", TopicNames.DECISIONS, PromotionApplied.class),
  PROMOTION_FAILED("promotion.failed", TopicNames.DECISIONS, PromotionFailed.class),
  PROMOTION_ROLLED_BACK("promotion.rolledback", TopicNames.DECISIONS, PromotionRolledBack.class),
  SCORING_REQUESTED("scoring.requested", TopicNames.SCORING, ScoringEvent.Requested.class),
  SCORING_COMPLETED("scoring.completed", TopicNames.SCORING, ScoringEvent.Completed.class),
  SCORING_FAILED("scoring.failed", TopicNames.SCORING, ScoringEvent.Failed.class),
  CHAMPION_SET("champion.set", TopicNames.CHAMPIONS, ChampionSet.class),
  LOOP_DECLARED("loop.declared", TopicNames.LOOPS, LoopDeclared.class);

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
