package dev.whetstone.doctor.settings;

import java.util.Map;
import java.util.Optional;

/**
 * A service as it is installed.
 *
 * @param environment that it gets
 * @param management base URL of its management port, if it can be asked
 * @param look an instruction that shows why the service does not answer
 */
public record InstalledService(
    ServiceName name, Map<String, String> environment, Optional<String> management, String look) {
  public InstalledService {
    environment = Map.copyOf(environment);
  }
}
