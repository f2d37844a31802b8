package dev.whetstone.kit.readiness;

import dev.whetstone.kit.time.LeaseClock;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Not ready while this machine's clock and the database's differ too much: deadlines of events and
 * erasures are measured with the one, leases with the other.
 */
@Readiness
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class ClockReadiness implements HealthCheck {
  private final Clock clock;
  private final LeaseClock database;
  private final Duration most;

  public ClockReadiness(
      Clock clock,
      LeaseClock database,
      @ConfigProperty(name = "whetstone.clock.most-skew") Duration most) {
    this.clock = clock;
    this.database = database;
    this.most = most;
  }

  @Override
  public HealthCheckResponse call() {
    Instant theirs;
    try {
      theirs = database.now();
    } catch (RuntimeException e) {
      return HealthCheckResponse.named("clock")
          .up()
          .withData("skew", "unknown: the database does not answer")
          .build();
    }
    Duration skew = Duration.between(theirs, clock.instant());
    var response = HealthCheckResponse.named("clock").withData("skewSeconds", skew.toSeconds());
    return ClockSkewRule.fault(skew, most, "the database's")
        .map(fault -> response.down().withData("reason", fault).build())
        .orElseGet(() -> response.up().build());
  }
}
