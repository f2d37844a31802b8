package dev.whetstone.client.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.BoundedExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends one feedback to ingest and asks curation for its fate: the program of {@code helm test}.
 * Ends with 0 if the event has a fate, else with 1 and a line that names the cause and the remedy.
 */
public final class InstallationCheck {
  static final String INGEST = "WHETSTONE_CHECK_INGEST";
  static final String CURATION = "WHETSTONE_CHECK_CURATION";
  static final String LOOP = "WHETSTONE_CHECK_LOOP";
  static final String KEY = "WHETSTONE_CHECK_KEY";

  private static final Duration REQUEST = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final long MOST_BYTES = 1 << 20;
  private static final int NOT_FOUND = 404;

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final Map<String, String> settings;
  private final Duration limit;

  InstallationCheck(Map<String, String> settings, Duration limit) {
    this.settings = settings;
    this.limit = limit;
  }

  public static void main(String[] arguments) {
    try {
      System.out.println(
          new InstallationCheck(System.getenv(), Duration.ofMinutes(2))
              .run(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE)));
    } catch (RemedyException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * @param number makes the feedback's id unique
   * @return what happened, in a sentence
   * @throws RemedyException naming the service that refused or did not answer
   */
  String run(long number) {
    String loop = setting(LOOP);
    String id = "installation-check-" + number;
    byte[] feedback =
        ApiClient.bytes(
            Map.of("id", id, "responseId", id, "kind", "thumb", "value", true, "endUser", id));
    String sent = setting(INGEST) + "/v1/loops/" + loop + "/feedback";
    ApiReply receipt =
        send(
            request(sent)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(feedback)),
            sent);
    if (!receipt.isOk()) {
      throw new RemedyException(
          "ingest refused the feedback at %s: %s".formatted(sent, receipt.problem()),
          "declare the loop '%s', and give the key the scopes ingest and read".formatted(loop));
    }
    JsonNode accepted = receipt.body().isArray() ? receipt.body().path(0) : receipt.body();
    // The link has the published address, which need not be reachable from here.
    String path = URI.create(accepted.path("why").asText()).getRawPath();
    String asked = setting(CURATION) + path.substring(path.indexOf("/v1/"));
    return "feedback %s was accepted and has the fate: %s".formatted(id, awaitFate(asked));
  }

  private JsonNode awaitFate(String url) {
    long end = System.nanoTime() + limit.toNanos();
    do {
      ApiReply reply = send(request(url).GET(), url);
      if (reply.isOk()) {
        return reply.body();
      }
      if (reply.status() != NOT_FOUND) {
        throw new RemedyException(
            "curation refused %s: %s".formatted(url, reply.problem()),
            "give the key the scope read, and see the log of curation");
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    } while (System.nanoTime() < end);
    throw new RemedyException(
        "the feedback has no fate after %s: curation has not taken it in".formatted(limit),
        "see the log of curation, and the lag of its consumer group at whetstone.feedback");
  }

  private HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("Authorization", "Bearer " + setting(KEY).strip());
  }

  private ApiReply send(HttpRequest.Builder request, String url) {
    try {
      return ApiReply.of(BoundedExchange.send(client, request.build(), REQUEST, MOST_BYTES));
    } catch (IOException e) {
      throw new RemedyException(
          "%s does not answer: %s".formatted(url, BoundedExchange.reason(e)),
          "check the pods of the service and the NetworkPolicies",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemedyException("interrupted while calling " + url, "run it again", e);
    }
  }

  private String setting(String name) {
    String value = settings.get(name);
    if (value == null || value.isBlank()) {
      throw new RemedyException("the variable " + name + " is not set", "set it");
    }
    return value;
  }
}
