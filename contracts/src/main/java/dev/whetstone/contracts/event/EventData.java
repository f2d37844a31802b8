package dev.whetstone.contracts.event;

import dev.whetstone.contracts.envelope.EventType;

/**
 * The data of one CloudEvent. Each event type has exactly one record; {@link EventType} pairs them.
 */
public sealed interface EventData
    permits InteractionRecorded,
        FeedbackGiven,
        FeedbackRetracted,
        EndUserErased,
        BatchSealed,
        BatchTainted,
        CheckpointReady,
        CheckpointTainted,
        FindingReported,
        PromotionDecided,
        PromotionApplied,
        PromotionFailed,
        PromotionRolledBack,
        ChampionSet,
        LoopDeclared {}
