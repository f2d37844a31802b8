package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.BoundedExchange;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What loops may name, and which ports answer, in the stack as the command line starts it. */
class TenantLimitsTest {
  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(EnumSet.of(StackComponent.INFRA, StackComponent.EVAL));

  private static final String TENANT = "acme";

  @Test
  void shouldDeclareTheLoopOfTheDemo() {
    assertThat(declare(TestLoops.demo(TENANT, whetstone)).status()).isEqualTo(200);
  }

  @Test
  void shouldRefuseOwnPortsAndOtherMachines() {
    for (int port : new int[] {whetstone.ports().postgres(), whetstone.ports().evalManagement()}) {
      assertThat(endpoint("http://127.0.0.1:" + port))
          .contains("port %d of this machine is one of Whetstone's own".formatted(port));
    }
    assertThat(endpoint("http://169.254.169.254/latest")).contains("a link-local address");
    assertThat(endpoint("http://10.0.0.1:8000"))
        .contains("it is not on the list")
        .contains("whetstone.endpoints.allow (loopback)");
  }

  @Test
  void shouldRefuseFilesOutsideOfTheDeclaredFolders(@TempDir Path folder) throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), "{}\n");
    LoopFile loop = TestLoops.demo(TENANT, whetstone);
    TestLoops.object(loop, "/spec/evaluation/suites/0").put("uri", rows.toUri().toString());

    ApiReply reply = declare(loop);

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.problem()).contains("/spec/evaluation/suites/0/uri", "whetstone.inputs.acme");
  }

  @Test
  void shouldServeHealthOnTheManagementPortOnly() throws Exception {
    assertThat(status(whetstone.ports().evalManagement(), "/q/health/ready")).isEqualTo(200);
    assertThat(status(whetstone.ports().evalManagement(), "/q/metrics")).isEqualTo(200);
    assertThat(status(whetstone.ports().evalManagement(), "/q/openapi")).isEqualTo(200);
    assertThat(status(whetstone.ports().evalManagement(), "/v1/loops")).isEqualTo(404);
    assertThat(status(whetstone.ports().eval(), "/q/health/ready")).isEqualTo(404);
    assertThat(status(whetstone.ports().eval(), "/q/metrics")).isEqualTo(404);
  }

  private static String endpoint(String url) {
    LoopFile loop = TestLoops.demo(TENANT, whetstone);
    TestLoops.object(loop, "/spec/serving").put("endpoint", url);
    ApiReply reply = declare(loop);
    assertThat(reply.status()).isEqualTo(422);
    return reply.problem();
  }

  private static ApiReply declare(LoopFile loop) {
    ApiClient api = whetstone.api(TENANT);
    return LoopDeclarer.declare(api, loop.name(), loop.content());
  }

  private static int status(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + path);
      return BoundedExchange.send(
              client, HttpRequest.newBuilder(uri).build(), Duration.ofSeconds(10), 4 << 20)
          .statusCode();
    }
  }
}
