package dev.whetstone.kit.readiness;

import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.work.RepeatedFailureLog;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Not ready while the object store cannot be used: wrong location, refused login, no answer. */
@Readiness
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class StoreReadiness implements HealthCheck {
  private static final Logger LOG = Logger.getLogger(StoreReadiness.class);

  /** A key below which no object is: the page is empty, however large the store is. */
  private static final String NOTHING = "readiness/";

  /** A bucket is not asked at every probe of every instance. */
  private static final Duration VALIDITY = Duration.ofSeconds(20);

  private static final String ITEM = "object-store";

  private final RepeatedFailureLog failures =
      new RepeatedFailureLog(LOG, "readiness", RepeatedFailureLog::message);
  private final ObjectStore store;
  private final Clock clock;
  private Instant asked = Instant.EPOCH;
  private String fault = "";

  public StoreReadiness(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public synchronized HealthCheckResponse call() {
    Instant now = clock.instant();
    if (now.isBefore(asked) || !now.isBefore(asked.plus(VALIDITY))) {
      fault = ask();
      asked = now;
    }
    var response = HealthCheckResponse.named(ITEM).status(fault.isEmpty());
    return fault.isEmpty() ? response.build() : response.withData("reason", fault).build();
  }

  private String ask() {
    try {
      store.list(NOTHING, "", 1);
      failures.succeeded(ITEM);
      return "";
    } catch (ObjectStoreException e) {
      failures.failed(ITEM, e);
      return RepeatedFailureLog.message(e);
    }
  }
}
