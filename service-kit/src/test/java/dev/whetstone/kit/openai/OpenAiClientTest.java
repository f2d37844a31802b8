package dev.whetstone.kit.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.openai.OpenAiException.Kind;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import dev.whetstone.kit.work.RetryBackoff;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiClientTest {
  private static final ClientLimits LIMITS =
      new ClientLimits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          100_000,
          1,
          RetryBackoff.doubling(Duration.ofMillis(10), Duration.ofMillis(20)));
  private static final String MODELS = "{\"data\":[{\"id\":\"base\"},{\"id\":\"t.l.one\"}]}";

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicReference<Handler> handler = new AtomicReference<>();
  private final AtomicReference<String> authorization = new AtomicReference<>();
  private final AtomicReference<JsonNode> sent = new AtomicReference<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpClient http = LIMITS.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  /** How the server answers a request; {@code call} counts from 1. */
  @FunctionalInterface
  private interface Handler {
    void handle(HttpExchange exchange, int call) throws IOException, InterruptedException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    http.shutdownNow();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void shouldListModelsAndSendTheKey() {
    answer(200, MODELS);

    assertThat(client(LIMITS).models()).containsExactly("base", "t.l.one");
    assertThat(authorization).hasValue("Bearer secret-key");
  }

  @Test
  void shouldChatWithoutTrainingWeights() {
    answer(
        200,
        """
        {"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"length"}],
         "usage":{"prompt_tokens":7,"completion_tokens":2}}
        """);
    List<Map<String, Object>> tools = List.of(Map.of("type", "function"));

    ChatReply reply =
        client(LIMITS)
            .chat(
                new ChatRequest(
                    "base", List.of(ChatMessage.user("Hello").withWeight(1)), tools, 0, 16));

    assertThat(reply.message().path("content").asText()).isEqualTo("Hi");
    assertThat(reply.finishReason()).isEqualTo("length");
    assertThat(reply.promptTokens()).isEqualTo(7);
    assertThat(reply.completionTokens()).isEqualTo(2);
    assertThat(sent.get().at("/messages/0"))
        .isEqualTo(Json.mapper().valueToTree(Map.of("role", "user", "content", "Hello")));
    assertThat(sent.get().path("tools").size()).isOne();
    assertThat(sent.get().path("max_tokens").asInt()).isEqualTo(16);
  }

  @Test
  void shouldManageAdapters() {
    answer(200, "Success: LoRA adapter 'one' added");
    client(LIMITS).loadAdapter("one", "/adapters/one");
    assertThat(sent.get().path("lora_path").asText()).isEqualTo("/adapters/one");
    client(LIMITS).unloadAdapter("one");
    assertThat(sent.get().path("lora_name").asText()).isEqualTo("one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | {"error":{"message":"too long"}} | too long
          401 | {"error":{"message":"no key"}}   | no key
          404 | {"message":"no such model"}      | no such model
          405 | {"detail":"Method Not Allowed"}  | Method Not Allowed
          301 | moved                            | moved
          """)
  void shouldNotRepeatARefusedCall(int status, String body, String detail) {
    answer(status, body);

    OpenAiException failure = failure(LIMITS.withAttempts(5, LIMITS.backoff()));

    assertThat(failure.kind()).isEqualTo(Kind.STATUS);
    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.detail()).isEqualTo(detail);
    assertThat(failure).hasMessageContaining("/v1/models answered " + status + ": " + detail);
    assertThat(failure).hasMessageNotContaining("secret-key");
    assertThat(calls).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"408", "429", "500", "502", "503", "504"})
  void shouldRepeatACallWhileTheServerIsOverloadedOrBroken(int status) {
    handler.set((exchange, call) -> respond(exchange, call < 3 ? status : 200, MODELS));

    assertThat(client(LIMITS.withAttempts(3, LIMITS.backoff())).models()).hasSize(2);
    assertThat(calls).hasValue(3);
  }

  @Test
  void shouldGiveUpAfterTheLastAttempt() {
    answer(503, "overloaded");

    OpenAiException failure = failure(LIMITS.withAttempts(3, LIMITS.backoff()));

    assertThat(failure.status()).isEqualTo(503);
    assertThat(calls).hasValue(3);
  }

  @Test
  void shouldNotRepeatWhenTheServerAsksForMoreTimeThanIsLeft() {
    handler.set(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", "3600");
          respond(exchange, 429, "quota");
        });

    assertThat(failure(LIMITS.withAttempts(3, LIMITS.backoff())).status()).isEqualTo(429);
    assertThat(calls).hasValue(1);
  }

  @Test
  void shouldRefuseAnEndlessBody() {
    handler.set((exchange, call) -> endless(exchange, 200));

    OpenAiException failure = failure(LIMITS.withAttempts(3, LIMITS.backoff()));

    assertThat(failure.kind()).isEqualTo(Kind.BODY_TOO_LARGE);
    assertThat(failure.detail()).isEqualTo("answered more than 100000 bytes");
    assertThat(calls).hasValue(1);
  }

  @Test
  void shouldReadAListOfModelsOnlyUpToOneMebibyte() {
    handler.set((exchange, call) -> endless(exchange, 200));

    OpenAiException failure = failure(ClientLimits.within(Duration.ofSeconds(20)));

    assertThat(failure).hasMessageContaining("answered more than 1048576 bytes");
  }

  @Test
  void shouldRefuseAReplyOfManyValuesBeforeItBuildsATree() {
    answer(200, "{\"data\":[" + "0,".repeat(ReplyTree.MOST_VALUES) + "0]}");

    OpenAiException failure = failure(ClientLimits.within(Duration.ofSeconds(20)));

    assertThat(failure.kind()).isEqualTo(Kind.BODY_TOO_LARGE);
    assertThat(failure.detail()).isEqualTo("answered more than 400000 JSON values");
  }

  @Test
  void shouldRemoveControlCharactersFromAServersMessage() {
    answer(400, "first\u001b[31m line\nsecond\u202eline" + "x".repeat(1_000));

    assertThat(failure(LIMITS).detail())
        .startsWith("first [31m line second line")
        .hasSizeLessThanOrEqualTo(201);
  }

  @Test
  void shouldCutAnEndlessErrorBody() {
    handler.set((exchange, call) -> endless(exchange, 400));

    OpenAiException failure = failure(LIMITS);

    assertThat(failure.status()).isEqualTo(400);
    assertThat(failure.detail()).hasSizeLessThan(500);
  }

  @Test
  void shouldGiveUpOnABodyThatStalls() {
    ClientLimits limits =
        new ClientLimits(
            LIMITS.connect(),
            Duration.ofMillis(200),
            Duration.ofSeconds(20),
            1_000,
            1,
            LIMITS.backoff());
    handler.set(
        (exchange, call) -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          end.await(30, TimeUnit.SECONDS);
        });

    OpenAiException failure = failure(limits);

    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(failure).hasMessageContaining("stalled for PT0.2S");
  }

  @Test
  void shouldGiveUpOnAServerThatNeverAnswers() {
    ClientLimits limits = ClientLimits.within(Duration.ofMillis(300));
    handler.set((exchange, call) -> end.await(30, TimeUnit.SECONDS));

    OpenAiException failure = failure(limits);

    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(failure).hasMessageContaining("within PT0.3S");
  }

  @Test
  void shouldRefuseABodyThatArrivesTooSlowlyInTotal() {
    ClientLimits limits = ClientLimits.within(Duration.ofMillis(500));
    handler.set(
        (exchange, call) -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          while (!end.await(20, TimeUnit.MILLISECONDS)) {
            body.write(' ');
            body.flush();
          }
        });

    assertThat(failure(limits).kind()).isEqualTo(Kind.TIMED_OUT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <html>Welcome</html> | the reply is not JSON
          [1, 2]               | the reply is not a JSON object
          {"data": 7}          | the reply has no list of models
          {"data": [           | the reply is not JSON
          """)
  void shouldRefuseAReplyThatItCannotRead(String body, String detail) {
    answer(200, body);

    OpenAiException failure = failure(LIMITS.withAttempts(3, LIMITS.backoff()));

    assertThat(failure.kind()).isEqualTo(Kind.INVALID_REPLY);
    assertThat(failure.detail()).isEqualTo(detail);
    assertThat(calls).hasValue(1);
  }

  @Test
  void shouldReportAServerThatIsNotThere() {
    server.stop(0);

    assertThat(failure(LIMITS).kind()).isEqualTo(Kind.UNREACHABLE);
  }

  @Test
  void shouldEndWhenItsThreadIsInterrupted() {
    handler.set((exchange, call) -> end.await(30, TimeUnit.SECONDS));
    Thread.currentThread().interrupt();

    OpenAiException failure = failure(LIMITS.withAttempts(3, LIMITS.backoff()));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.kind()).isEqualTo(Kind.INTERRUPTED);
  }

  @Test
  void shouldCallTheAddressThatWasChecked() {
    AtomicReference<String> host = new AtomicReference<>();
    handler.set(
        (exchange, call) -> {
          host.set(exchange.getRequestHeaders().getFirst("Host"));
          respond(exchange, 200, MODELS);
        });

    assertThat(guarded("loopback").models()).contains("base");
    assertThat(host).hasValue("localhost:" + server.getAddress().getPort());
  }

  @Test
  void shouldNotCallAnEndpointThatIsNotAllowed() {
    answer(200, MODELS);

    OpenAiException failure =
        catchThrowableOfType(OpenAiException.class, () -> guarded("private").models());

    assertThat(failure.kind()).isEqualTo(Kind.NOT_ALLOWED);
    assertThat(failure.detail()).contains("may not be called: it is not on the list");
    assertThat(calls).hasValue(0);
  }

  private OpenAiClient guarded(String pattern) {
    return new OpenAiClient(
        http, base(), null, LIMITS, AllowedEndpoints.of(List.of(pattern), Set.of()));
  }

  @ParameterizedTest
  @CsvSource({"'two words'", "'line\nbreak'", "''", "'ключ'"})
  void shouldRefuseAKeyThatIsNotOneWordWithoutQuotingIt(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OpenAiClient(http, base(), key, LIMITS))
        .withMessageContaining("must be one word of printable ASCII")
        .satisfies(e -> assertThat(key.isEmpty() || !e.getMessage().contains(key)).isTrue());
  }

  private OpenAiException failure(ClientLimits limits) {
    return catchThrowableOfType(OpenAiException.class, () -> client(limits).models());
  }

  private OpenAiClient client(ClientLimits limits) {
    return new OpenAiClient(http, base(), "secret-key", limits);
  }

  private URI base() {
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
  }

  private void answer(int status, String body) {
    handler.set((exchange, call) -> respond(exchange, status, body));
  }

  private void handle(HttpExchange exchange) throws IOException {
    authorization.set(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (body.length > 0) {
      sent.set(Json.read(body, JsonNode.class));
    }
    try (exchange) {
      handler.get().handle(exchange, calls.incrementAndGet());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void respond(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private void endless(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, 0);
    byte[] piece = "words without end ".repeat(100).getBytes(UTF_8);
    while (end.getCount() > 0) {
      exchange.getResponseBody().write(piece);
    }
  }
}
