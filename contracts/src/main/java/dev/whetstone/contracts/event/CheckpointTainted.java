package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** A checkpoint was trained on data that may no longer be used, or descends from one that was. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointTainted(String checkpointId, String reason, @Nullable String erasureId)
    implements EventData.CheckpointEvent {}
