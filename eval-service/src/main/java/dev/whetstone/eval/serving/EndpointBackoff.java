package dev.whetstone.eval.serving;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.work.RetryBackoff;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The growing pauses between calls that fail, per loop, endpoint and call. A loop's failures never
 * pause another loop: its key or its path on the same server may be the reason. In memory; after a
 * restart every call may be made at once. Thread-safe.
 */
final class EndpointBackoff {
  /** Entries that nothing asks for any more, such as those of a former endpoint, end with this. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

  private final RetryBackoff backoff;
  private final Clock clock;
  private final Map<Call, Pause> pauses = new ConcurrentHashMap<>();

  EndpointBackoff(RetryBackoff backoff, Clock clock) {
    this.backoff = backoff;
    this.clock = clock;
  }

  /**
   * @param what the call and what it names, such as {@code load demo.support.1}
   */
  record Call(LoopId loop, String endpoint, String what) {}

  /** Failures in a row, the reason of the last one, and when the call may be made again. */
  private record Pause(int failures, String reason, Instant until) {}

  /** Why the call may not be made now; empty when it may. */
  Optional<String> pausing(Call call) {
    return Optional.ofNullable(pauses.get(call))
        .filter(pause -> clock.instant().isBefore(pause.until()))
        .map(Pause::reason);
  }

  void failed(Call call, String reason) {
    Instant now = clock.instant();
    pauses.values().removeIf(pause -> pause.until().plus(FORGOTTEN_AFTER).isBefore(now));
    pauses.compute(
        call,
        (_, before) -> {
          int failures = before == null ? 1 : before.failures() + 1;
          return new Pause(failures, reason, now.plus(backoff.pause(failures)));
        });
  }

  void succeeded(Call call) {
    pauses.remove(call);
  }
}
