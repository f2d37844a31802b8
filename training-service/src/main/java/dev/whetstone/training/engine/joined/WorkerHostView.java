package dev.whetstone.training.engine.joined;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A joined host as the API shows it.
 *
 * @param state {@code ready}, {@code draining}, {@code left}, or {@code lost}: not heard from
 * @param running attempts whose workers run on it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerHostView(
    String name,
    String state,
    HostCapacity capacity,
    HostCapacity free,
    Map<String, String> labels,
    List<String> running,
    Instant joinedAt,
    Instant seenAt,
    @Nullable Instant leftAt) {}
