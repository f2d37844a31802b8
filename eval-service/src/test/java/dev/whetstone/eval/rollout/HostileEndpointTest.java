package dev.whetstone.eval.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An endpoint that answers without end, or never completes an answer, harms its own loop only. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class HostileEndpointTest {
  @Inject ObjectStore store;
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private FakeModelServer ordinary;
  private HttpServer hostile;

  @BeforeEach
  void start() throws IOException {
    ordinary = new FakeModelServer().base(LoopFixture::right);
    hostile = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hostile.setExecutor(threads);
    hostile.createContext("/endless", this::endless);
    hostile.createContext("/trickle", this::trickle);
    hostile.start();
  }

  @AfterEach
  void stop() {
    // A loop cannot be deleted, so it moves to a server that answers.
    Map.of("endless", ordinary.url(), "trickling", ordinary.url()).forEach(this::declare);
    end.countDown();
    hostile.stop(0);
    threads.shutdownNow();
    ordinary.close();
  }

  @Test
  void shouldCutAnEndlessAnswerAndServeTheOtherLoops() {
    LoopFixture endless = declare("endless", url("/endless"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> endless.condition("Serving").contains("answered more than 1048576 bytes"));

    assertServes("beside-endless");

    // Without pauses every pass, one a second, would ask again.
    int before = calls.get();
    await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ofSeconds(8))
        .until(() -> calls.get() > before);
    assertThat(calls.get() - before).isLessThanOrEqualTo(6);
  }

  @Test
  void shouldCutATricklingAnswerAndServeTheOtherLoops() {
    LoopFixture trickling = declare("trickling", url("/trickle"));
    await().atMost(Duration.ofSeconds(20)).until(() -> calls.get() > 0);

    assertServes("beside-trickling");

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> trickling.condition("Serving").contains("did not answer /trickle/v1/models"));
  }

  private void assertServes(String name) {
    LoopFixture loop = declare(name, ordinary.url());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> loop.condition("Serving").contains("answers on 1 of 1 replicas"));
  }

  private LoopFixture declare(String name, String url) {
    LoopFixture loop = new LoopFixture(name, store, ordinary).askedAt(url);
    LoopFixture.api()
        .body(
            loop.yaml()
                .replaceFirst("serving: \\{endpoint: '[^']*'", "serving: {endpoint: '" + url + "'"))
        .put("/v1/loops/" + name)
        .then()
        .statusCode(200);
    return loop;
  }

  private String url(String path) {
    return "http://127.0.0.1:" + hostile.getAddress().getPort() + path;
  }

  private void endless(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    byte[] zeros = new byte[65_536];
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (end.getCount() > 0) {
        body.write(zeros);
      }
    }
  }

  private void trickle(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (!end.await(100, TimeUnit.MILLISECONDS)) {
        body.write(' ');
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
