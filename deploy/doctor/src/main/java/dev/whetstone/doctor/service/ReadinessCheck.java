package dev.whetstone.doctor.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.InstalledService;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks a running service whether it is ready, and if not, why. */
public final class ReadinessCheck {
  private static final String PATH = "/q/health/ready";
  private static final int MOST_BYTES = 1 << 20;

  private final InstalledService service;
  private final String management;
  private final Duration limit;

  /**
   * @param management base URL of the service's management port
   */
  public ReadinessCheck(InstalledService service, String management, Duration limit) {
    this.service = service;
    this.management = management;
    this.limit = limit;
  }

  public CheckSubject subject() {
    return new CheckSubject(CheckName.SERVICE, service.name().id() + " service", management);
  }

  public List<CheckResult> find() throws InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(limit).build()) {
      HttpResponse<InputStream> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(management + PATH)).timeout(limit).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        return judge(answer.statusCode(), body.readNBytes(MOST_BYTES));
      }
    } catch (IOException e) {
      return List.of(subject().fault("it does not answer", service.look()));
    }
  }

  private List<CheckResult> judge(int status, byte[] body) {
    JsonNode report;
    try {
      report = Json.read(body, JsonNode.class);
    } catch (UncheckedIOException e) {
      report = Json.mapper().createObjectNode();
    }
    if (!report.has("status")) {
      return List.of(
          subject()
              .fault(
                  "what answers there (%d) is not the health of a service".formatted(status),
                  "end the program that listens on this port, then start the service"));
    }
    List<String> faults = new ArrayList<>();
    for (JsonNode check : report.path("checks")) {
      if (!check.path("status").asText().equals("UP")) {
        faults.add(check.path("name").asText() + ": " + told(check));
      }
    }
    return List.of(
        faults.isEmpty()
            ? subject().ok("ready; checks of its own: %d".formatted(report.path("checks").size()))
            : subject()
                .fault(
                    "not ready: " + String.join("; ", faults),
                    "remove these causes; it becomes ready by itself"));
  }

  /** The reasons that the service gives, by name. */
  private static String told(JsonNode check) {
    List<String> reasons = new ArrayList<>();
    check
        .path("data")
        .properties()
        .forEach(
            entry -> {
              // Channels that work are listed, too.
              if (!entry.getValue().asText().startsWith("[OK]")) {
                reasons.add(entry.getKey() + ": " + entry.getValue().asText());
              }
            });
    return reasons.isEmpty() ? "no reason is told" : String.join("; ", reasons);
  }
}
