package dev.whetstone.contracts.event;

/** Every serving replica serves the new champion. */
public record PromotionApplied(
    String decisionId, String checkpointId, long generation, int replicas)
    implements EventData.DecisionEvent {}
