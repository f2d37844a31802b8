package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Observes one loop through the APIs of the services. Retries while a service is down. */
final class LoopProbe {
  private static final Duration LIMIT = Duration.ofMinutes(12);

  private final ApiClient api;
  private final String loop;

  LoopProbe(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** The loop's name. */
  String loop() {
    return loop;
  }

  /** The number of accepted events per fate; {@code total} is their sum. */
  JsonNode fates() {
    return api.ok(StackComponent.CURATION, "/v1/loops/" + loop + "/fates/counts");
  }

  /** The fate of one accepted event. */
  JsonNode fate(String id) {
    JsonNode answer =
        api.ok(StackComponent.CURATION, "/v1/loops/" + loop + "/fates?id=" + ApiClient.encode(id));
    return answer.isArray() ? answer.path(0) : answer;
  }

  /** The number of these events per fate. */
  Map<String, Long> fates(List<String> ids) {
    return ids.stream()
        .map(id -> fate(id).path("fate").asText())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /**
   * Waits until curation has decided on these events and returns their fates.
   *
   * @param mayBeReady number that may stay {@code ready}: curation does not cut a pool smaller than
   *     a batch
   */
  Map<String, Long> awaitCurated(List<String> ids, long mayBeReady) {
    return await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(2))
        .ignoreException(RemedyException.class)
        .until(
            () -> fates(ids),
            fates ->
                !fates.containsKey("waiting") && fates.getOrDefault("ready", 0L) <= mayBeReady);
  }

  /** The status of the loop in curation. */
  JsonNode curation() {
    return api.ok(StackComponent.CURATION, "/v1/loops/" + loop + "/status");
  }

  /** Runs, newest first. */
  List<JsonNode> runs() {
    return list(ask(StackComponent.TRAINING, "/v1/loops/" + loop + "/runs"));
  }

  /** Decisions, newest first. */
  List<JsonNode> decisions() {
    return list(ask(StackComponent.EVAL, "/v1/loops/" + loop + "/decisions"));
  }

  JsonNode champion() {
    return api.ok(StackComponent.EVAL, "/v1/loops/" + loop + "/champion");
  }

  /** Waits until curation has this many accepted events. */
  void awaitKnown(int events) {
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(() -> fates().path("total").asInt() >= events);
  }

  /** Waits until the attempt with this fence, or a later one, has completed a training step. */
  void awaitTrainingAttempt(long fence) {
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(
            () ->
                attempts().stream()
                    .filter(attempt -> attempt.path("fence").asLong() >= fence)
                    .anyMatch(LoopProbe::isTraining));
  }

  private static boolean isTraining(JsonNode attempt) {
    return attempt.path("state").asText().equals("training") && attempt.path("step").asInt() > 0;
  }

  /** Every attempt of every run. */
  List<JsonNode> attempts() {
    return runs().stream().flatMap(run -> list(run.path("attempts")).stream()).toList();
  }

  /** Waits for a finished run; the newest if there are several. */
  JsonNode awaitEndedRun() {
    return awaitFirst(this::runs, run -> run.hasNonNull("endedAt"));
  }

  /** Requests a seal of the current pool. */
  void seal() {
    ApiReply reply =
        api.post(
            StackComponent.CURATION,
            "/v1/loops/" + loop + "/seal",
            ApiClient.JSON.createObjectNode());
    assertThat(reply.isOk()).as("%s", reply.body()).isTrue();
  }

  /** Waits until eval reports that it evaluates a candidate of this loop. */
  void awaitEvaluation() {
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(() -> condition(StackComponent.EVAL, "Judging").filter("True"::equals).isPresent());
  }

  /** Waits for the first decision. */
  JsonNode awaitDecision() {
    return awaitFirst(() -> decisions().reversed(), decision -> true);
  }

  /** Waits for the decision that follows this many others. */
  JsonNode awaitDecisionAfter(int others) {
    return awaitFirst(() -> decisions().reversed().stream().skip(others).toList(), d -> true);
  }

  /** Waits until the champion has this generation. */
  JsonNode awaitGeneration(long generation) {
    return awaitFirst(
        () -> List.of(champion()), champion -> champion.path("generation").asLong() == generation);
  }

  private Optional<String> condition(StackComponent service, String type) {
    return list(ask(service, "/v1/loops/" + loop + "/status").path("conditions")).stream()
        .filter(condition -> condition.path("type").asText().equals(type))
        .map(condition -> condition.path("status").asText())
        .findFirst();
  }

  private JsonNode ask(StackComponent service, String path) {
    ApiReply reply = api.get(service, path);
    return ApiClient.require(service, "GET " + path, reply);
  }

  private static JsonNode awaitFirst(
      java.util.concurrent.Callable<List<JsonNode>> source, Predicate<JsonNode> wanted) {
    return await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(() -> source.call().stream().filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
