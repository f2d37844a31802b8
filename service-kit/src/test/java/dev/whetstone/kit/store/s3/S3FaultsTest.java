package dev.whetstone.kit.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server answers that a well-behaved one does not, and what people are told then. */
class S3FaultsTest {
  private static final byte[] CONTENT = "0123456789".repeat(10).getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
  }

  /** Answers a request. */
  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private void answer(Answer answer) {
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          answer.to(exchange);
          exchange.close();
        });
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    byte[] body =
        "<Error><Code>%s</Code><Message>as the server says</Message></Error>"
            .formatted(code)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.getResponseHeaders().add("x-amz-bucket-region", "eu-west-9");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private ObjectStore store() {
    return store(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "PT20S");
  }

  private ObjectStore store(URI endpoint, String callTimeout) {
    TestS3Config config =
        new TestS3Config(endpoint, folder)
            .with("attempts", 3)
            .with("read-timeout", "PT0.5S")
            .with("call-timeout", callTimeout);
    return new ArtifactResolver(List.of(new S3Scheme(config, name -> "key-of-" + name)))
        .openStore(URI.create("s3://bucket/prefix"));
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, s3:ListBucket on bucket 'bucket'",
    "403, InvalidAccessKeyId, valid credentials",
    "403, RequestTimeTooSkewed, clock of this machine",
    "404, NoSuchBucket, Create the bucket 'bucket'",
    "400, AuthorizationHeaderMalformed, whetstone.s3.region to 'eu-west-9'",
    "301, PermanentRedirect, whetstone.s3.region to 'eu-west-9'",
    "403, KMS.AccessDeniedException, whetstone.s3.kms-key-id",
    "501, NotImplemented, set whetstone.s3.checksum",
    "400, BadDigest, nothing was stored",
    "400, Unheard, as the server says"
  })
  void shouldNameTheCauseAndTheRemedy(int status, String code, String remedy) {
    answer(exchange -> error(exchange, status, code));

    assertThatThrownBy(() -> store().put("a/b", CONTENT))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("of bucket bucket could not be written at http://127.0.0.1:")
        .hasMessageContaining(code)
        .hasMessageContaining(remedy);
    assertThatThrownBy(() -> store().open("a/b"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("object prefix/a/b of bucket bucket could not be read")
        .hasMessageContaining(remedy);
  }

  @Test
  void shouldTryABoundedNumberOfTimesWhenTheServerFails() {
    answer(exchange -> error(exchange, 503, "SlowDown"));

    assertThatThrownBy(() -> store().open("a"))
        .hasMessageContaining("SlowDown")
        .hasMessageContaining("The server failed 3 times");
    assertThat(requests).hasValue(3);
  }

  @Test
  void shouldRefuseAServerThatIgnoresTheCondition() {
    answer(exchange -> exchange.sendResponseHeaders(200, -1));

    assertThatThrownBy(() -> store().put("a", CONTENT))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("ignores 'If-None-Match: *'");
  }

  @Test
  void shouldNameAnEndpointThatDoesNotAnswer() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertThatThrownBy(() -> store(URI.create("http://127.0.0.1:" + port), "PT20S").open("a"))
        .hasMessageContaining("at http://127.0.0.1:" + port)
        .hasMessageContaining("whetstone.s3.endpoint");
  }

  @Test
  void shouldNotWaitForAServerThatNeverAnswers() {
    answer(
        exchange -> {
          try {
            boolean ended = end.await(1, TimeUnit.MINUTES);
            assertThat(ended).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThatThrownBy(() -> store().open("a"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("could not be read")
        .hasMessageContaining("it took too long");
  }

  private void object(HttpExchange exchange, int from, int until) throws IOException {
    exchange.getResponseHeaders().add("ETag", "\"one\"");
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, CONTENT.length - from);
    exchange.getResponseBody().write(CONTENT, from, until - from);
    exchange.getResponseBody().flush();
  }

  @Test
  void shouldGoOnWhereAnAnswerBrokeOff() {
    answer(
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          if (range == null) {
            object(exchange, 0, 40);
          } else {
            assertThat(range).isEqualTo("bytes=40-");
            assertThat(exchange.getRequestHeaders().getFirst("If-Match")).isEqualTo("\"one\"");
            object(exchange, 40, CONTENT.length);
          }
        });
    assertThat(store().read("a")).isEqualTo(CONTENT);
  }

  @Test
  void shouldGiveUpOnAnObjectThatBreaksOffEachTime() {
    answer(exchange -> object(exchange, 0, 0));

    assertThatThrownBy(() -> store().read("a"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("broke off 3 times");
    assertThat(requests).hasValue(3);
  }

  @Test
  void shouldNotMixTwoVersionsOfAnObject() {
    answer(
        exchange -> {
          if (exchange.getRequestHeaders().getFirst("Range") == null) {
            object(exchange, 0, 40);
          } else {
            error(exchange, 412, "PreconditionFailed");
          }
        });
    assertThatThrownBy(() -> store().read("a"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("PreconditionFailed");
  }

  @ParameterizedTest
  @CsvSource({
    "checksum, md5, 'sha256, crc32, none'",
    "encryption, rot13, 'bucket, AES256 or aws:kms'",
    "kms-key-id, key, whetstone.s3.encryption is aws:kms",
    "attempts, 0, 1 or more",
    "part-bytes, 1, 5242880",
    "endpoint, bucket.example, http://host:port"
  })
  void shouldNameASettingThatCannotBeUsed(String name, String value, String accepted) {
    TestS3Config config =
        new TestS3Config(URI.create("http://127.0.0.1:1"), folder).with(name, value);

    assertThatThrownBy(() -> S3Settings.of(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whetstone.s3." + name)
        .hasMessageContaining(value)
        .hasMessageContaining(accepted);
  }

  /** So that a tenant's URI is refused before anything is opened. */
  @Test
  void shouldOpenNothingForAUriThatIsOnlyResolved() {
    TestS3Config config =
        new TestS3Config(URI.create("http://127.0.0.1:1"), folder.resolve("cache"))
            .with("attempts", 0);
    Artifact artifact =
        new ArtifactResolver(List.of(new S3Scheme(config, name -> "x")))
            .resolve(URI.create("s3://bucket/a/"));

    assertThat(artifact.uri()).hasToString("s3://bucket/a");
    assertThat(folder.resolve("cache")).doesNotExist();
    assertThatThrownBy(artifact::size)
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("whetstone.s3.attempts is '0'");
  }

  @Test
  void shouldRefuseOneKeyWithoutTheOther() {
    TestS3Config config =
        new TestS3Config(URI.create("http://127.0.0.1:1"), folder).without("secret-key-ref");
    assertThatThrownBy(() -> S3CredentialReferences.of(config, name -> "x"))
        .hasMessageContaining("whetstone.s3.secret-key-ref");
  }

  @Test
  void shouldNameAKeyThatIsNotThere() {
    TestS3Config config = new TestS3Config(URI.create("http://127.0.0.1:1"), folder);
    ObjectStore store =
        new ArtifactResolver(List.of(new S3Scheme(config, name -> null)))
            .openStore(URI.create("s3://bucket"));
    assertThatThrownBy(() -> store.exists("a"))
        .hasMessageContaining("whetstone.s3.access-key-ref 'env:ACCESS' cannot be resolved");
  }
}
