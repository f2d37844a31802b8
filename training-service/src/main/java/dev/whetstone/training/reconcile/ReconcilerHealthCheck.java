package dev.whetstone.training.reconcile;

import dev.whetstone.kit.time.LeaseClock;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the reconciler makes its passes. */
@Readiness
@ApplicationScoped
public class ReconcilerHealthCheck implements HealthCheck {
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  private final ReconcilerHeartbeat heartbeat;
  private final LeaseClock clock;

  public ReconcilerHealthCheck(ReconcilerHeartbeat heartbeat, LeaseClock clock) {
    this.heartbeat = heartbeat;
    this.clock = clock;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<Instant> last = heartbeat.lastPass();
    boolean up = last.isPresent() && last.get().plus(LONGEST_SILENCE).isAfter(clock.now());
    return HealthCheckResponse.named("reconciler")
        .status(up)
        .withData("lastPassAt", last.map(Instant::toString).orElse("never"))
        .build();
  }
}
