package dev.whetstone.doctor.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads which services are to be checked. */
public final class InstallationReader {
  /** Of a service that runs in the same cluster: where its health can be asked. */
  static final String MANAGEMENT = "WHETSTONE_DOCTOR_MANAGEMENT";

  private InstallationReader() {}

  /**
   * The services of a JSON document: {@code {"services": [{"name", "management"?, "look",
   * "environment": {}}]}}.
   *
   * @throws IllegalArgumentException when it names a service that there is not
   */
  public static List<InstalledService> read(byte[] json) {
    List<InstalledService> services = new ArrayList<>();
    for (JsonNode each : Json.read(json, JsonNode.class).path("services")) {
      Map<String, String> environment = new LinkedHashMap<>();
      each.path("environment")
          .properties()
          .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
      services.add(
          new InstalledService(
              name(each.path("name").asText()),
              environment,
              Optional.ofNullable(each.path("management").asText(null)),
              each.path("look").asText()));
    }
    return services;
  }

  /** The service that a program with this environment is installed as. */
  public static InstalledService ofEnvironment(String name, Map<String, String> environment) {
    ServiceName service = name(name);
    return new InstalledService(
        service,
        environment,
        Optional.ofNullable(environment.get(MANAGEMENT)),
        "see the log of the %s service (kubectl logs) and its pod (kubectl describe pod)"
            .formatted(service.id()));
  }

  private static ServiceName name(String id) {
    return ServiceName.of(id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no service '%s'; name ingest, curation, training or eval"
                        .formatted(id)));
  }
}
