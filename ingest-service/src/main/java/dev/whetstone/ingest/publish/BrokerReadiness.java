package dev.whetstone.ingest.publish;

import dev.whetstone.kit.readiness.BrokerAdmin;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready if the broker does not answer within two seconds. */
@Readiness
@ApplicationScoped
public class BrokerReadiness implements HealthCheck {
  private static final int PATIENCE_MILLISECONDS = 2_000;

  private final Admin admin;

  public BrokerReadiness(@Identifier("default-kafka-broker") Map<String, Object> broker) {
    this.admin = BrokerAdmin.answeringWithin(PATIENCE_MILLISECONDS, broker);
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("the broker answers").status(answers()).build();
  }

  private boolean answers() {
    var options = new DescribeClusterOptions().timeoutMs(PATIENCE_MILLISECONDS);
    try {
      return !admin
          .describeCluster(options)
          .nodes()
          .get(PATIENCE_MILLISECONDS, TimeUnit.MILLISECONDS)
          .isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @PreDestroy
  void close() {
    admin.close();
  }
}
