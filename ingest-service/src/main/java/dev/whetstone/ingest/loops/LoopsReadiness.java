package dev.whetstone.ingest.loops;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the declared loops are known; before that a declared loop would be answered 404. */
@Readiness
@ApplicationScoped
public class LoopsReadiness implements HealthCheck {
  private final KnownLoops loops;

  public LoopsReadiness(KnownLoops loops) {
    this.loops = loops;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("loops read from whetstone.loops")
        .status(loops.caughtUp())
        .build();
  }
}
