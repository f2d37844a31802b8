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

/** Watches one loop through the services' APIs. A service that is just down is asked again. */
final class LoopProbe {
  private static final Duration LIMIT = Duration.ofMinutes(12);

  private final ApiClient api;
  private final String loop;

  LoopProbe(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  /** How many accepted events have each fate; {@code total} is their sum. */
  JsonNode fates() {
    return api.ok(StackComponent.CURATION, "/v1/loops/" + loop + "/fates/counts");
  }

  /** Where one accepted event stands. */
  JsonNode fate(String id) {
    JsonNode answer =
        api.ok(StackComponent.CURATION, "/v1/loops/" + loop + "/fates?id=" + ApiClient.encode(id));
    return answer.isArray() ? answer.path(0) : answer;
  }

  /** How many of these events have each fate. */
  Map<String, Long> fates(List<String> ids) {
    return ids.stream()
        .map(id -> fate(id).path("fate").asText())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /**
   * Waits until curation has judged these events and answers their fates.
   *
   * @param mayBeReady of them: fewer than a batch can ever have are not looked at
   */
  Map<String, Long> awaitJudged(List<String> ids, long mayBeReady) {
    return await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(2))
        .ignoreException(RemedyException.class)
        .until(
            () -> fates(ids),
            fates ->
                !fates.containsKey("waiting") && fates.getOrDefault("ready", 0L) <= mayBeReady);
  }

  /** Curation's own status of the loop. */
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

  /** Waits until every one of so many accepted events is known to curation. */
  void awaitKnown(int events) {
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(() -> fates().path("total").asInt() >= events);
  }

  /** Waits until the attempt with this fence, or a later one, trains and has made a step. */
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

  /** Waits for a run that has come to an end; the newest, when there are several. */
  JsonNode awaitEndedRun() {
    return awaitFirst(this::runs, run -> run.hasNonNull("endedAt"));
  }

  /** Seals what there is, by hand. */
  void seal() {
    ApiReply reply =
        api.post(
            StackComponent.CURATION,
            "/v1/loops/" + loop + "/seal",
            ApiClient.JSON.createObjectNode());
    assertThat(reply.isOk()).as("%s", reply.body()).isTrue();
  }

  /** Waits until eval says that it is judging a candidate of this loop. */
  void awaitJudging() {
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(() -> condition(StackComponent.EVAL, "Judging").filter("True"::equals).isPresent());
  }

  /** Waits until something is decided: the first decision, unless another came meanwhile. */
  JsonNode awaitDecision() {
    return awaitFirst(() -> decisions().reversed(), decision -> true);
  }

  /** Waits for the decision that comes after so many others. */
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
