package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.fixture.KnownAnswers;
import dev.whetstone.eval.fixture.LoraAdapterFiles;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.eval.serving.ServingPort.Question;
import dev.whetstone.testing.server.ModelServerProcess;
import dev.whetstone.testing.server.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Whetstone needs of a real model server: vLLM, and the worker's server that stands in for it.
 * The server runs with the key {@link #KEY} and takes ranks up to 16.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ModelServerContract extends ServingPortContract {
  static final String KEY = "contract-key";
  static final int MOST_TOKENS = 96;
  static final List<Map<String, Object>> TOOLS =
      List.of(
          Map.of(
              "type",
              "function",
              "function",
              Map.of("name", "order_status", "parameters", Map.of("type", "object"))));

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private KnownAnswers known;
  private ModelServerProcess process;
  private Path folder;
  private Path otherBase;

  /** The base and adapters that the server serves; a failed assumption skips the tests. */
  abstract KnownAnswers makeKnownAnswers();

  /** How to run the server, with tool calls, {@link #KEY} and ranks up to 16. */
  abstract ModelServerProcess.Launch launch(KnownAnswers adapters, Path log);

  @BeforeAll
  void startServer(@TempDir Path temporary) throws IOException {
    folder = temporary;
    known = makeKnownAnswers();
    otherBase = Files.createDirectories(temporary.resolve("other-base"));
    Files.write(otherBase.resolve("adapter_config.json"), LoraAdapterFiles.config(4));
    Files.write(
        otherBase.resolve("adapter_model.safetensors"), LoraAdapterFiles.weights(4, 0.05f, 64));
    process = ModelServerProcess.start(launch(known, temporary.resolve("server.log")));
  }

  @AfterAll
  void stopServer() {
    if (process != null) {
      process.close();
    }
    client.close();
  }

  @Override
  ServingPort server() {
    return port(process.url(), KEY);
  }

  @Override
  String adapter() {
    return known.adapter("amber");
  }

  /** A second server like the first. */
  ModelServerProcess startAnother() {
    return ModelServerProcess.start(launch(known, folder.resolve("second.log")));
  }

  KnownAnswers known() {
    return known;
  }

  ModelServerProcess process() {
    return process;
  }

  /**
   * Path of an adapter whose shapes do not fit the base: vLLM loads it, the worker's server not.
   */
  String adapterOfAnotherBase() {
    return otherBase.toString();
  }

  String ask(ServingPort port, String model, String question) {
    List<ChatMessage> messages = List.of(ChatMessage.user(question));
    return String.valueOf(port.ask(new Question(model, messages, null, MOST_TOKENS)).text())
        .strip();
  }

  ServingPort port(URI url, @Nullable String key) {
    return new HttpServingClient(client, url, key, Duration.ofMinutes(2));
  }

  @Test
  void shouldServeAnAdapterAgainAfterItWasUnloaded() {
    for (int i = 0; i < 2; i++) {
      server().load("t.l.again", known.adapter("cobalt"));
      assertThat(ask(server(), "t.l.again", "Hello there")).isEqualTo("cobalt cobalt");

      server().unload("t.l.again");
      assertThatThrownBy(() -> ask(server(), "t.l.again", "Hello there"))
          .isInstanceOfSatisfying(
              ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNKNOWN_MODEL));
    }
  }

  @Test
  void shouldRefuseARankAboveItsGreatest() {
    refuses("t.l.wide", known.adapter("wide"));
  }

  @Test
  void shouldRefuseATruncatedAdapter() throws IOException {
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    Path sound = Path.of(known.adapter("amber"));
    Files.copy(sound.resolve("adapter_config.json"), damaged.resolve("adapter_config.json"));
    byte[] weights = Files.readAllBytes(sound.resolve("adapter_model.safetensors"));
    Files.write(
        damaged.resolve("adapter_model.safetensors"), Arrays.copyOf(weights, weights.length / 2));

    refuses("t.l.damaged", damaged.toString());
  }

  /** vLLM answers 500, which eval takes for the adapter's fault if the base answers. */
  private void refuses(String name, String path) {
    assertThatThrownBy(() -> server().load(name, path))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind() == Kind.REFUSED || e.isServerError()).as("%s", e).isTrue());
    assertThat(server().models()).contains(BASE).doesNotContain(name);
    assertThat(ask(server(), BASE, "Hello")).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/models",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/load_lora_adapter",
        "/v1/unload_lora_adapter"
      })
  void shouldRefuseCallsWithoutItsKey(String path) {
    Object body = path.equals("/v1/models") ? null : Map.of("model", BASE);
    for (String key : Arrays.asList(null, "another-key")) {
      assertThat(RawHttp.call(process.url(), path, key, body).status()).isEqualTo(401);
    }
    assertThat(RawHttp.call(process.url(), path, KEY, body).status()).isNotEqualTo(401);
  }

  @Test
  void shouldNameTheSettingOfARefusedKey() {
    assertThatThrownBy(() -> ask(port(process.url(), "another-key"), BASE, "Hello"))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISCONFIGURED))
        .hasMessageContaining("401")
        .hasMessageContaining("spec.serving.credentialsRef");
  }

  @Test
  void shouldTokenizeAsTrainingDoes() {
    for (JsonNode request : known.tokenRequests()) {
      ObjectNode body = ((ObjectNode) request.path("body")).put("model", BASE);
      RawHttp.Reply reply = RawHttp.call(process.url(), "/tokenize", KEY, body);

      assertThat(reply.status()).as("%s", reply).isEqualTo(200);
      assertThat(reply.json().path("tokens")).as("%s", body).isEqualTo(request.path("tokens"));
    }
  }

  @Test
  void shouldNotTokenizeForAnUnknownModel() {
    Map<String, String> body = Map.of("model", "t.l.unknown", "prompt", "Hello");

    assertThat(RawHttp.call(process.url(), "/tokenize", KEY, body).status()).isEqualTo(404);
  }

  @Test
  void shouldReturnToolCalls() {
    assumeTrue(known.hasToolCaller(), "skipped: the demo's base has not learnt to write JSON");
    server().load("t.l.tool", known.adapter("tool"));
    List<ChatMessage> messages = List.of(ChatMessage.user("Where is order 7?"));

    Answer answer = server().ask(new Question("t.l.tool", messages, TOOLS, MOST_TOKENS));

    assertThat(answer.text())
        .isEqualTo("[{\"arguments\":{\"order\":7},\"name\":\"order_status\"}]");
    assertThat(answer.finishReason()).isEqualTo("tool_calls");
  }

  @Test
  void shouldRefuseWhatExceedsItsContext() {
    String question = "How late can I bring back the kettle? ".repeat(600);

    assertThatThrownBy(() -> ask(server(), BASE, question))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
  }
}
