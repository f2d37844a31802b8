package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.eval.fixture.FakeModelServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fake model server of the tests fulfils the contract of a model server. */
class FakeModelServerTest extends ServingPortContract {
  private static final String ADAPTER = "/adapters/one";
  private final FakeModelServer fake = new FakeModelServer();
  private final HttpClient client = HttpClient.newHttpClient();

  FakeModelServerTest() {
    fake.addAdapter(ADAPTER, question -> "taught " + question);
  }

  @AfterEach
  void stop() {
    fake.close();
    client.close();
  }

  @Override
  ServingPort server() {
    return new HttpServingClient(
        client, URI.create(fake.url() + "/"), null, Duration.ofSeconds(10));
  }

  @Override
  String adapter() {
    return ADAPTER;
  }

  @Test
  void shouldReportAnUnavailableServer() {
    fake.down(true);
    assertThatThrownBy(() -> server().models())
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.UNAVAILABLE));
    fake.close();
    assertThatThrownBy(() -> server().models())
        .hasMessageContaining("does not answer")
        .hasMessageContaining("spec.serving.endpoint");
  }

  @Test
  void shouldNotWaitForTheRestOfAnAnswerThatStalls() {
    fake.stall(true);
    ServingPort impatient =
        new HttpServingClient(client, URI.create(fake.url()), null, Duration.ofMillis(300));

    assertThatThrownBy(impatient::models)
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.UNAVAILABLE))
        .hasMessageContaining("did not answer /v1/models (no complete response within PT0.3S)");
  }

  @ParameterizedTest
  @CsvSource({
    "401, MISCONFIGURED, spec.serving.credentialsRef",
    "403, MISCONFIGURED, spec.serving.credentialsRef",
    "404, MISCONFIGURED, spec.serving.endpoint",
    "405, MISCONFIGURED, spec.serving.endpoint",
    "301, MISCONFIGURED, spec.serving.endpoint",
    "429, UNAVAILABLE, 429",
    "502, UNAVAILABLE, 502",
    "400, REFUSED, 400",
    "413, REFUSED, 413",
    "422, REFUSED, 422",
  })
  void shouldClassifyFailuresByStatus(int status, ServingException.Kind kind, String remedy) {
    fake.refuseAll(status);
    var question = new ServingPort.Question(BASE, List.of(ChatMessage.user("Hello")), null, 8);

    assertThatThrownBy(() -> server().ask(question))
        .isInstanceOfSatisfying(ServingException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(remedy);
  }

  @Test
  void shouldBlameTheModelForValuesThatAreNotFinite() {
    fake.addAdapter("/adapters/nan", question -> "never");
    server().load("t.l.nan", "/adapters/nan");
    fake.failOn(
        "t.l.nan",
        "The adapter `t.l.nan` computes values that are not finite for this prompt; unload it");
    var question = new ServingPort.Question("t.l.nan", List.of(ChatMessage.user("Hi")), null, 8);

    assertThatThrownBy(() -> server().ask(question))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.REFUSED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8000", "8000", "", "ftp://host", "http://a b"})
  void shouldRefuseAnInvalidBaseUrl(String endpoint) {
    assertThatThrownBy(() -> ModelServers.baseUrl(endpoint))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> assertThat(e.kind()).isEqualTo(ServingException.Kind.MISCONFIGURED))
        .hasMessageContaining("http://host:port");
  }

  @Test
  void shouldCompareToolCallsByContent() {
    ToolCall.Function spaced = new ToolCall.Function("refund", "{ \"order\": 7, \"all\": true }");
    ToolCall.Function other = new ToolCall.Function("refund", "{\"all\":true,\"order\":7}");

    assertThat(AnswerText.of(calling(spaced)))
        .isEqualTo(AnswerText.of(calling(other)))
        .isEqualTo("[{\"arguments\":{\"all\":true,\"order\":7},\"name\":\"refund\"}]");
    assertThat(AnswerText.of(ChatMessage.assistant("plain"))).isEqualTo("plain");
  }

  private static ChatMessage calling(ToolCall.Function function) {
    return new ChatMessage(
        "assistant", null, null, List.of(new ToolCall("id", "function", function)), null, null);
  }
}
