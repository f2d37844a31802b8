package dev.whetstone.contracts.event;

/** A decision to promote could not be carried out; the champion stayed or was restored. */
public record PromotionFailed(
    String decisionId, String checkpointId, long generation, String reason)
    implements EventData.DecisionEvent {}
