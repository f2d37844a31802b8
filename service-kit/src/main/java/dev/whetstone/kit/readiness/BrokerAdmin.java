package dev.whetstone.kit.readiness;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Makes the clients with which readiness checks ask the broker. */
public final class BrokerAdmin {
  private BrokerAdmin() {}

  /**
   * @param broker settings of the connection
   * @param milliseconds after which a request is given up
   */
  public static Admin answeringWithin(int milliseconds, Map<String, Object> broker) {
    Map<String, Object> settings = new HashMap<>(broker);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, milliseconds);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, milliseconds);
    return Admin.create(settings);
  }
}
