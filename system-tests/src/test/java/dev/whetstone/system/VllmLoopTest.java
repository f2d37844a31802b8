package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.system.SupportDesk.Question;
import dev.whetstone.testing.server.ModelServerProcess;
import dev.whetstone.testing.server.RawHttp;
import dev.whetstone.testing.server.RoundRobinProxy;
import dev.whetstone.testing.server.VllmOnCpu;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short loop on a real vLLM: SmolLM2 learns to name the team for a question, is judged through
 * two replicas of vLLM, and goes into service on both, which answer at one address.
 */
@EnabledIfEnvironmentVariable(
    named = VllmOnCpu.FOLDER,
    matches = ".+",
    disabledReason = VllmOnCpu.SKIPPED)
@TestMethodOrder(OrderAnnotation.class)
class VllmLoopTest {
  private static final String TENANT = "vllm";
  private static final String BASE = "smollm2";
  private static final int QUESTIONS = 110;
  private static final int END_USERS = 30;
  private static final int GOLDEN = 36;
  private static final int ASKED = 18;
  private static final int MOST_TOKENS = 32;

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(EnumSet.complementOf(EnumSet.of(StackComponent.MODEL_SERVER)));

  private static ModelServerProcess first;
  private static ModelServerProcess second;
  private static RoundRobinProxy address;
  private static LoopProbe watch;

  @BeforeAll
  static void start(@TempDir Path logs) throws IOException {
    Path base = VllmOnCpu.smolLm2();
    first =
        ModelServerProcess.start(
            VllmOnCpu.launch(base, BASE, null, logs.resolve("first-vllm.log")));
    second =
        ModelServerProcess.start(
            VllmOnCpu.launch(base, BASE, null, logs.resolve("second-vllm.log")));
    address = new RoundRobinProxy(List.of(first.url(), second.url()));
    LoopFile loop = loop();
    whetstone.declare(loop);
    watch = new LoopProbe(whetstone.api(TENANT), loop.name());
  }

  @AfterAll
  static void stop() {
    if (address != null) {
      address.close();
    }
    if (second != null) {
      second.close();
    }
    if (first != null) {
      first.close();
    }
  }

  @Test
  @Order(1)
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void shouldTrainJudgeAndServeOnVllm() {
    List<Question> unseen = forwarded(new SupportDesk(11).unseenQuestions(ASKED));
    assertThat(rightAnswers(BASE, unseen)).isZero();

    List<Question> questions = forwarded(new SupportDesk(7).feedbackQuestions(QUESTIONS));
    SupportFeed feed = SupportFeed.of(TENANT, questions, END_USERS).correctionsOnly();
    feed.sendTo(new ProductAppClient(whetstone.api(TENANT), watch.loop()));
    watch.awaitKnown(feed.size());
    watch.awaitCurated(feed.correctionIds(), QUESTIONS);
    watch.seal();

    JsonNode decision = watch.awaitDecision();
    assertThat(decision.path("verdict").asText()).as("%s", decision).isEqualTo("PROMOTE");
    JsonNode fresh = gate(decision, "FRESH");
    assertThat(fresh.path("n").asInt()).as("%s", fresh).isGreaterThanOrEqualTo(20);
    assertThat(fresh.path("outcome").asText()).as("%s", fresh).isEqualTo("passed");

    String champion = watch.awaitGeneration(1).path("servedName").asText();
    assertThat(models(first)).contains(BASE, champion);
    assertThat(models(second)).contains(BASE, champion);
    assertThat(rightAnswers(champion, unseen)).isGreaterThanOrEqualTo(ASKED / 2);
    assertThat(rightAnswers(BASE, unseen)).isZero();
    assertThat(first.isWell()).isTrue();
    assertThat(second.isWell()).isTrue();
  }

  @Test
  @Order(2)
  void shouldServeTheChampionAgainAfterAReplicaRestarted() {
    String champion = watch.champion().path("servedName").asText();
    assertThat(watch.champion().path("generation").asInt()).isEqualTo(1);

    second.restart();

    await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(models(second)).contains(champion));
    List<Question> unseen = forwarded(new SupportDesk(11).unseenQuestions(ASKED));
    // Either replica can answer, and the base gives none of these answers.
    assertThat(rightAnswers(champion, unseen)).isGreaterThanOrEqualTo(ASKED / 2);
  }

  private static LoopFile loop() throws IOException {
    LoopFile loop = LoopFile.read(Path.of("src/test/resources/loops/vllm.yaml"));
    TestLoops.object(loop, "/spec/baseModel").put("uri", VllmOnCpu.smolLm2().toUri().toString());
    ObjectNode serving = TestLoops.object(loop, "/spec/serving");
    serving.put("endpoint", address.url().toString());
    serving.putArray("replicas").add(first.url().toString()).add(second.url().toString());
    List<Question> golden = forwarded(new SupportDesk(23).unseenQuestions(GOLDEN));
    Path suite = VllmOnCpu.file("golden.jsonl");
    Files.write(
        suite, IntStream.range(0, golden.size()).mapToObj(i -> item(i, golden.get(i))).toList());
    TestLoops.object(loop, "/spec/evaluation/suites/0").put("uri", suite.toUri().toString());
    return loop;
  }

  private static String item(int number, Question question) {
    ObjectNode item = ApiClient.JSON.createObjectNode().put("id", "golden-" + number);
    item.putArray("messages").add(ProductAppClient.message("user", question.text()));
    return item.put("reference", question.newAnswer()).toString();
  }

  /** The questions with what the loop is to learn: to name the team of the topic. */
  private static List<Question> forwarded(List<Question> questions) {
    return questions.stream()
        .map(
            q ->
                new Question(
                    q.topic(),
                    q.text(),
                    q.oldAnswer(),
                    "Forwarded to the team for %s.".formatted(q.topic().replace('_', ' '))))
        .toList();
  }

  private static long rightAnswers(String model, List<Question> questions) {
    return questions.stream().filter(q -> answer(model, q.text()).equals(q.newAnswer())).count();
  }

  private static String answer(String model, String question) {
    RawHttp.Reply reply =
        RawHttp.call(
            address.url(),
            "/v1/chat/completions",
            null,
            Map.of(
                "model",
                model,
                "messages",
                List.of(Map.of("role", "user", "content", question)),
                "temperature",
                0,
                "max_tokens",
                MOST_TOKENS));
    assertThat(reply.status()).as("%s", reply).isEqualTo(200);
    return reply.json().at("/choices/0/message/content").asText().strip();
  }

  private static Set<String> models(ModelServerProcess server) {
    URI url = server.url();
    JsonNode list = RawHttp.call(url, "/v1/models", null, null).json().path("data");
    return LoopProbe.list(list).stream()
        .map(model -> model.path("id").asText())
        .collect(Collectors.toSet());
  }

  private static JsonNode gate(JsonNode decision, String role) {
    return LoopProbe.list(decision.path("gates")).stream()
        .filter(gate -> gate.path("role").asText().equals(role))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no gate " + role + " in " + decision));
  }
}
