package dev.whetstone.kit.readiness;

import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Not ready while the broker says that a topic is absent which this service reads (its incoming
 * channels) or otherwise uses ({@code whetstone.topics.used}). A broker that does not answer is the
 * business of other checks: people can read states from the database meanwhile.
 */
@Readiness
@ApplicationScoped
public class TopicReadiness implements HealthCheck {
  private static final Logger LOG = Logger.getLogger(TopicReadiness.class);
  private static final int PATIENCE_MILLISECONDS = 2_000;
  private static final String USED = "whetstone.topics.used";

  private final Admin admin;
  private final Set<String> topics;
  private volatile Map<String, String> told = Map.of();

  public TopicReadiness(
      @Identifier("default-kafka-broker") Map<String, Object> broker, Config config) {
    this.admin = BrokerAdmin.answeringWithin(PATIENCE_MILLISECONDS, broker);
    this.topics = topics(config);
  }

  /** The topics that a service with these settings uses. */
  public static Set<String> topics(Config config) {
    Set<String> topics = new TreeSet<>();
    StreamSupport.stream(config.getPropertyNames().spliterator(), false)
        .filter(name -> name.startsWith("mp.messaging.") && name.endsWith(".topic"))
        .forEach(name -> config.getOptionalValue(name, String.class).ifPresent(topics::add));
    config.getOptionalValues(USED, String.class).ifPresent(topics::addAll);
    return topics;
  }

  @Override
  public HealthCheckResponse call() {
    Map<String, String> faults =
        new TreeMap<>(TopicFaults.of(admin, topics, PATIENCE_MILLISECONDS));
    if (!faults.equals(told)) {
      faults.forEach(
          (topic, fault) -> LOG.errorf("topic-unusable topic=%s reason=%s", topic, fault));
      told = faults;
    }
    var response = HealthCheckResponse.named("topics").status(faults.isEmpty());
    faults.forEach(response::withData);
    return response.build();
  }

  @PreDestroy
  void close() {
    admin.close();
  }
}
